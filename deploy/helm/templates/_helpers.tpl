{{/* Labels of one part; the argument is a dict of root and part. */}}
{{- define "latchkey.selector" -}}
app.kubernetes.io/name: latchkey
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .part }}
{{- end }}

{{- define "latchkey.labels" -}}
{{ include "latchkey.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "latchkey.name" -}}
{{ .root.Release.Name }}-{{ .part }}
{{- end }}

{{- define "latchkey.image" -}}
{{- with .root.Values.image -}}
image: {{ printf "%s%s" .repository (ternary (printf "@%s" .digest) (printf ":%s" (.tag | default $.root.Chart.AppVersion)) (ne (.digest | default "") "")) | quote }}
imagePullPolicy: {{ .pullPolicy }}
{{- end }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{/* What every pod has in common. */}}
{{- define "latchkey.pod" -}}
serviceAccountName: {{ .root.Release.Name | quote }}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: 40
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets: {{ toJson . }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  # Files that are for one account alone stay so.
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "latchkey.selector" . | nindent 8 }}
{{- end }}

{{- define "latchkey.environment" -}}
{{- with .root.Values.tenant }}
- { name: LATCHKEY_TENANT_ID, value: {{ .id | quote }} }
- { name: LATCHKEY_TENANT_NAME, value: {{ .name | quote }} }
- { name: LATCHKEY_API_CLIENT_ID, value: {{ .apiClientId | quote }} }
- { name: LATCHKEY_PORTAL_CLIENT_ID, value: {{ .portalClientId | quote }} }
- { name: LATCHKEY_GRAPH_CLIENT_ID, value: {{ .graphClientId | quote }} }
{{- end }}
{{- with .root.Values.addresses }}
- { name: LATCHKEY_PORTAL_URL, value: {{ .portal | quote }} }
- { name: LATCHKEY_AUTHORITY_URL, value: {{ .authority | quote }} }
- { name: LATCHKEY_STATUS_URL, value: {{ .status | quote }} }
{{- end }}
# Both families, whichever the cluster has.
- { name: LATCHKEY_HOST, value: '::' }
{{- $part := .part }}
{{- range $name, $value := .root.Values.settings }}
{{- $isOfOthers := and (eq $name "LATCHKEY_GRAPH_TOKEN_FILE") (not (has $part (list "issue" "jobs"))) }}
{{- if not (or $isOfOthers (kindIs "invalid" $value)) }}
- { name: {{ $name }}, value: {{ include "latchkey.value" (dict "name" $name "value" $value) | quote }} }
{{- end }}
{{- end }}
{{- if and .root.Values.probePort (has .part (list "issue" "jobs" "status")) }}
- { name: LATCHKEY_METRICS_PORT, value: {{ .root.Values.probePort | quote }} }
# The kubelet asks by the pod's address.
- { name: LATCHKEY_METRICS_HOST, value: '::' }
{{- end }}
{{- end }}

{{/* A setting as its reader expects it. YAML makes of `on` and `off`, which ours are, what it makes of true and false; by
itself, a number from a million up would be 1e+06. */}}
{{- define "latchkey.value" -}}
{{- if kindIs "string" .value }}{{ .value }}
{{- else if and (kindIs "bool" .value) (hasPrefix "LATCHKEY_" .name) }}{{ ternary "on" "off" .value }}
{{- else }}{{ toJson .value }}
{{- end }}
{{- end }}

{{/* Variables NAME_FILE for keys of the Secret; the argument is a dict of NAME to key. */}}
{{- define "latchkey.secretFiles" -}}
{{- range $name, $key := . }}
- { name: {{ $name }}_FILE, value: /run/secrets/latchkey/{{ $key }} }
{{- end }}
{{- end }}

{{/* The secrets of who signs and reads the directory, as YAML for the two around it: a key in a vault has no passphrase,
and a federated token stands in place of the certificate. */}}
{{- define "latchkey.signingSecrets" -}}
LATCHKEY_DATABASE: {{ .database }}
{{- if not (hasPrefix "keyvault:" (.root.Values.settings.LATCHKEY_SIGNER | default "")) }}
LATCHKEY_CA_PASSPHRASE: ca-passphrase
{{- end }}
{{- if not .root.Values.settings.LATCHKEY_GRAPH_TOKEN_FILE }}
LATCHKEY_GRAPH_CLIENT_CERTIFICATE: graph-client-certificate
{{- end }}
{{- end }}

{{/* What the jobs have in addition, where mail leaves by an account. */}}
{{- define "latchkey.mailSecrets" -}}
{{- if contains "@" (.Values.settings.LATCHKEY_SMTP_URL | default "") }}
LATCHKEY_SMTP_SECRET: smtp-secret
{{- end }}
{{- end }}

{{/* The folder of LATCHKEY_GRAPH_TOKEN_FILE, where the kubelet writes a token for Entra ID; nothing where the webhook of
Azure Workload Identity does it, or where there is none. */}}
{{- define "latchkey.tokenFolder" -}}
{{- with .Values.settings.LATCHKEY_GRAPH_TOKEN_FILE }}
{{- if not (hasPrefix "/var/run/secrets/azure/" .) }}{{ dir . }}{{ end }}
{{- end }}
{{- end }}

{{- define "latchkey.tokenMount" -}}
{{- with include "latchkey.tokenFolder" . }}
- { name: graph-token, mountPath: {{ . | quote }}, readOnly: true }
{{- end }}
{{- end }}

{{- define "latchkey.tokenVolume" -}}
{{- if include "latchkey.tokenFolder" . }}
{{- $suffix := dict "usgov" "USGov" "usgov-dod" "USGov" "china" "China" }}
- name: graph-token
  projected:
    sources:
      - serviceAccountToken:
          path: {{ base .Values.settings.LATCHKEY_GRAPH_TOKEN_FILE | quote }}
          audience: api://AzureADTokenExchange{{ get $suffix (.Values.settings.LATCHKEY_CLOUD | default "public") }}
{{- end }}
{{- end }}

{{- define "latchkey.secretVolume" -}}
- name: secrets
  secret:
    secretName: {{ .root.Values.secrets.name | quote }}
    defaultMode: 0440
    items:
      {{- range .keys }}
      - { key: {{ . }}, path: {{ . }} }
      {{- end }}
{{- end }}

{{/* The CA's files of a Secret: certificates, and with `key` the encrypted key, which a vault makes needless. */}}
{{- define "latchkey.caVolume" -}}
- name: ca-secret
  projected:
    defaultMode: 0440
    sources:
      - secret:
          name: {{ .root.Values.secrets.ca | quote }}
          items: [{ key: ca.pem, path: ca.pem }, { key: chain.pem, path: chain.pem }]
      - secret:
          name: {{ .root.Values.secrets.ca | quote }}
          optional: true
          items: [{ key: root-status.pem, path: root-status.pem }]
      {{- if .key }}
      - secret:
          name: {{ .root.Values.secrets.ca | quote }}
          optional: true
          items: [{ key: ca.key.json, path: ca.key.json }]
      {{- end }}
- name: ca
  emptyDir: { medium: Memory, sizeLimit: 1Mi }
{{- end }}

{{/* A key that is a symbolic link, or that a group may read, is refused, and a Secret's files are both. */}}
{{- define "latchkey.takeCa" -}}
- name: take-ca
  {{- include "latchkey.image" . | nindent 2 }}
  args: [deploy/take-ca.js, /run/ca, /ca/files, /data/latchkey]
  volumeMounts:
    - { name: ca-secret, mountPath: /run/ca, readOnly: true }
    - { name: ca, mountPath: /ca }
    - { name: data, mountPath: /data }
{{- end }}

{{/* Programs answer to the host names they were told of, and to localhost; the kubelet asks by address. */}}
{{- define "latchkey.probes" -}}
{{- if and .root.Values.probePort (ne .path "/signin") }}
startupProbe:
  httpGet: { path: /started, port: {{ .root.Values.probePort }} }
  failureThreshold: 60
  periodSeconds: 2
livenessProbe:
  httpGet: { path: /live, port: {{ .root.Values.probePort }} }
readinessProbe:
  httpGet: { path: /ready, port: {{ .root.Values.probePort }} }
  periodSeconds: 5
{{- else }}
startupProbe:
  tcpSocket: { port: {{ .port }} }
  failureThreshold: 60
  periodSeconds: 2
livenessProbe:
  tcpSocket: { port: {{ .port }} }
readinessProbe:
  httpGet:
    path: {{ .path }}
    port: {{ .port }}
    httpHeaders: [{ name: Host, value: {{ .host | quote }} }]
  periodSeconds: 5
  timeoutSeconds: 5
{{- end }}
{{- end }}
