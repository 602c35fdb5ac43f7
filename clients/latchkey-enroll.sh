#!/bin/sh
# Gets and renews a certificate from Latchkey, for yourself or for this device.
#
# Needs a POSIX shell, curl and OpenSSL or LibreSSL: Debian, Fedora, macOS. The private key is made
# here and never leaves this machine; with --tpm it cannot be copied from it either. Signing in
# happens once; renewal proves itself with the certificate at hand (mutual TLS) and so can run from
# a timer. Nothing is replaced until the new certificate has been checked against its key.
set -eu
umask 077

# The portal fills these in when the script is downloaded there.
URL='' SCOPE='' TENANT='' LOGIN='https://login.microsoftonline.com'

# Azure CLI's own client id: a public client that an administrator allows once for everyone.
CLIENT_ID='04b07795-8ddb-461a-bbee-02f9e1bf7b46'

usage() {
  cat <<'USAGE'
Usage: latchkey-enroll.sh COMMAND [OPTIONS]

  user            get a certificate for yourself
  device          get a certificate for this device
  renew           renew the certificate at hand, without signing in
  auto            for a timer: renew when it is due, otherwise do nothing
  status          say what is there and until when it is good
  print-timer     show a systemd service and timer that run `auto` every day
  install-timer   install and start them (for the system as root, else for you)
  print-network   show the settings of wpa_supplicant and NetworkManager

  --url URL             the authority, https://…
  --folder DIR          where key and certificate lie (default ~/.latchkey, as root /etc/latchkey)
  --name NAME           their file name: NAME.key and NAME.pem (default latchkey)
  --key TYPE            ec-p256, ec-p384, rsa-2048, rsa-3072 or rsa-4096 (default ec-p256)
  --device-id ID        Entra or Intune id of this device (default: found by Intune or host name)
  --upn NAME            your user name (default: as the directory has it)
  --renew-days DAYS     renewal is due this many days before the end (default 30)
  --then COMMAND        run after a new certificate is in place
  --cacert FILE         trust this CA for the authority's own https
  --force               get a new one although there is one, renew although it is not due
  --dry-run             ask whether it would be allowed, and change nothing
A key that cannot be copied (Linux; renewal keeps the place of the key without these):
  --tpm                 make the key in the TPM, the security chip of this machine: the key
                        file is then of no use anywhere else
  --pkcs11 LABEL        make the key in the token of this name: a smart card, a YubiKey, an HSM
  --pkcs11-module FILE  the library of the token's maker
  --pin-file FILE       holds the token's PIN, readable by nobody else
For print-network:
  --ssid SSID           the name of the Wi-Fi; without it, a wired network
  --radius-name NAME    the name in the certificate of the network's server
  --radius-ca FILE      the CA of that certificate
Signing in:
  --token-command CMD   prints an access token; or set LATCHKEY_TOKEN
  --scope SCOPE         api://…/Cert.Enroll, for az and for the device code
  --tenant ID, --client-id ID, --login URL

Without a token, `az` is used where it is signed in, else a code to enter in a browser.
Exit status: 0 done or nothing to do, 1 failed, 2 wrong arguments.
USAGE
}

main() {
  FOLDER='' NAME='latchkey' KEY='ec-p256' DEVICE_ID='' UPN='' RENEW_DAYS=30 THEN='' CACERT=''
  FORCE='' DRY_RUN='' TOKEN_COMMAND=${LATCHKEY_TOKEN_COMMAND:-} COMMAND=''
  PLACE='' TOKEN_LABEL='' TOKEN_MODULE='' PIN_FILE='' SSID='' RADIUS_NAME='' RADIUS_CA=''
  URL=${LATCHKEY_URL:-$URL}
  [ $# -gt 0 ] || { usage >&2; exit 2; }
  COMMAND=$1
  shift
  read_options "$@"
  URL=${URL%/}
  if [ -z "$FOLDER" ]; then
    FOLDER="$HOME/.latchkey"
    [ "$(id -u)" -ne 0 ] || FOLDER=/etc/latchkey
  fi
  # A timer and curl work from another folder.
  FOLDER=$(absolute "$FOLDER")
  [ -z "$CACERT" ] || CACERT=$(absolute "$CACERT")
  KEY_FILE="$FOLDER/$NAME.key" CERTIFICATE_FILE="$FOLDER/$NAME.pem"

  case $COMMAND in
  user | device)
    begin
    enroll "$COMMAND"
    ;;
  renew)
    begin
    renew
    ;;
  auto)
    begin
    auto
    ;;
  status) status ;;
  print-network) print_network ;;
  print-timer)
    check_url
    print_units
    ;;
  install-timer)
    check_url
    install_units
    ;;
  help | -h | --help) usage ;;
  *) wrong "Unknown command: $COMMAND" ;;
  esac
}

read_options() {
  while [ $# -gt 0 ]; do
    case $1 in
    --force) FORCE=yes && shift && continue ;;
    --dry-run) DRY_RUN=yes && shift && continue ;;
    --tpm) PLACE=tpm && shift && continue ;;
    --*) [ $# -gt 1 ] || wrong "$1 needs a value" ;;
    *) wrong "Unknown argument: $1" ;;
    esac
    case $1 in
    --url) URL=$2 ;;
    --folder) FOLDER=$2 ;;
    --name) NAME=$2 ;;
    --key) KEY=$2 ;;
    --device-id) DEVICE_ID=$2 ;;
    --upn) UPN=$2 ;;
    --renew-days) RENEW_DAYS=$2 ;;
    --then) THEN=$2 ;;
    --cacert) CACERT=$2 ;;
    --pkcs11) PLACE=pkcs11 TOKEN_LABEL=$2 ;;
    --pkcs11-module) TOKEN_MODULE=$(absolute "$2") ;;
    --pin-file) PIN_FILE=$(absolute "$2") ;;
    --ssid) SSID=$2 ;;
    --radius-name) RADIUS_NAME=$2 ;;
    --radius-ca) RADIUS_CA=$2 ;;
    --token-command) TOKEN_COMMAND=$2 ;;
    --scope) SCOPE=$2 ;;
    --tenant) TENANT=$2 ;;
    --client-id) CLIENT_ID=$2 ;;
    --login) LOGIN=${2%/} ;;
    *) wrong "Unknown option: $1" ;;
    esac
    shift 2
  done
  case $RENEW_DAYS in '' | *[!0-9]*) wrong '--renew-days is a number of days' ;; esac
  case $NAME in '' | *[!A-Za-z0-9._-]* | .* | -*) wrong '--name is a file name of letters, digits, dots and dashes' ;; esac
  case $KEY in
  ec-p256 | ec-p384 | rsa-2048 | rsa-3072 | rsa-4096) ;;
  *) wrong "Unknown key type: $KEY" ;;
  esac
}

absolute() {
  case $1 in
  /*) printf '%s\n' "$1" ;;
  *) printf '%s/%s\n' "$PWD" "$1" ;;
  esac
}

check_url() {
  case $URL in
  *[[:space:]]*) wrong '--url is not an address' ;;
  https://?*) ;;
  http://localhost | http://localhost[:/]* | http://127.0.0.1 | http://127.0.0.1[:/]*) ;;
  http://*) wrong 'A token must not cross the network in clear: use https:// in --url' ;;
  *) wrong '--url is missing: the address of the authority, https://…' ;;
  esac
}

# Checks what every changing command needs, takes the lock and mends what a crash left.
begin() {
  need curl
  need openssl
  check_url
  WORK=$(absolute "$(mktemp -d "${TMPDIR:-/tmp}/latchkey.XXXXXX")")
  LOCK=''
  trap cleanup EXIT
  trap 'exit 1' HUP INT TERM
  open_key_place
  [ -n "$DRY_RUN" ] && return
  mkdir -p "$FOLDER" || fail "The folder $FOLDER cannot be made"
  take_lock
  mend
}

cleanup() {
  # A key whose certificate did not come is of no use in the token.
  [ -n "$LOCK" ] && [ ! -f "$KEY_FILE.new" ] && forget "$WORK/key.pem"
  rm -rf "$WORK"
  [ -z "$LOCK" ] || rm -rf "$LOCK"
}

# A folder is made by one process only; one left by a dead process is taken over.
take_lock() {
  if ! mkdir "$FOLDER/.lock" 2>/dev/null; then
    holder=$(cat "$FOLDER/.lock/pid" 2>/dev/null || echo '')
    if [ -n "$holder" ] && kill -0 "$holder" 2>/dev/null; then
      fail "Another run is at work here (process $holder)"
    fi
    rm -rf "$FOLDER/.lock"
    mkdir "$FOLDER/.lock" 2>/dev/null || fail "The folder $FOLDER cannot be written"
  fi
  LOCK="$FOLDER/.lock"
  echo $$ >"$LOCK/pid"
}

enroll() {
  if [ -f "$CERTIFICATE_FILE" ] && [ -z "$FORCE$DRY_RUN" ]; then
    fail "There is a certificate in $CERTIFICATE_FILE already. Use renew, or --force for a new one"
  fi
  get_token
  if [ "$1" = user ]; then user_names; else device_names; fi
  make_request
  if [ -n "$DRY_RUN" ]; then
    check
    return
  fi
  call POST /api/csr application/pkcs10 "$WORK/request.der" "$WORK/answer" token
  openssl x509 -inform DER -in "$WORK/answer" -out "$WORK/certificate.pem" ||
    fail 'The answer is not a certificate'
  put_in_place
}

renew() {
  [ -f "$CERTIFICATE_FILE" ] || fail "There is no certificate in $CERTIFICATE_FILE to renew"
  case $URL in https://*) ;; *) wrong 'Renewal proves itself by TLS: use https:// in --url' ;; esac
  if ! due && [ -z "$FORCE" ]; then
    say "Not due yet: good until $(end_of "$CERTIFICATE_FILE")."
    return
  fi
  if [ -n "$DRY_RUN" ]; then
    say "Due: good until $(end_of "$CERTIFICATE_FILE"); it would be renewed at $URL."
    return
  fi
  check_key
  # The authority takes the names from the certificate at hand; RFC 7030 wants them repeated here.
  COMMON_NAME=$(common_name)
  SUBJECT_ALT_NAME=''
  make_request
  openssl base64 -in "$WORK/request.der" -out "$WORK/request.b64"
  call POST /.well-known/est/simplereenroll application/pkcs10 "$WORK/request.b64" "$WORK/answer" certificate
  {
    echo '-----BEGIN PKCS7-----'
    cat "$WORK/answer"
    echo
    echo '-----END PKCS7-----'
  } | sed '/^[[:space:]]*$/d' >"$WORK/answer.p7"
  openssl pkcs7 -in "$WORK/answer.p7" -print_certs | openssl x509 -out "$WORK/certificate.pem" ||
    fail 'The answer holds no certificate'
  put_in_place
}

common_name() {
  openssl x509 -in "$CERTIFICATE_FILE" -noout -subject -nameopt sep_multiline,utf8 |
    sed -n 's/^ *CN *= *//p' | head -n 1
}

auto() {
  if [ ! -f "$CERTIFICATE_FILE" ]; then
    fail "There is no certificate in $CERTIFICATE_FILE yet. Run this script once with user or device"
  fi
  if due || [ -n "$FORCE" ]; then renew; fi
}

status() {
  [ -f "$CERTIFICATE_FILE" ] || fail "There is no certificate in $CERTIFICATE_FILE"
  openssl x509 -in "$CERTIFICATE_FILE" -noout -subject -issuer -serial -enddate
  if due; then say 'Renewal is due.'; else say 'Renewal is not due.'; fi
}

due() {
  ! openssl x509 -in "$CERTIFICATE_FILE" -noout -checkend $((RENEW_DAYS * 86400)) >/dev/null
}

# --- Names -------------------------------------------------------------------------------------

user_names() {
  if [ -z "$UPN" ]; then
    call GET /api/me '' '' "$WORK/me" token
    UPN=$(json upn <"$WORK/me")
    [ -n "$UPN" ] || fail 'The directory has no user name for you'
  fi
  COMMON_NAME=$UPN
  SUBJECT_ALT_NAME="otherName.1 = 1.3.6.1.4.1.311.20.2.3;UTF8:$(escaped "$UPN")"
}

device_names() {
  [ -n "$DEVICE_ID" ] || find_device
  COMMON_NAME=$DEVICE_ID
  SUBJECT_ALT_NAME=''
}

# Intune's own note on Linux, else the one device of yours that is called like this machine.
find_device() {
  note="${XDG_CONFIG_HOME:-$HOME/.config}/intune/registration.toml"
  if [ -f "$note" ]; then
    for field in device_hint aad_device_hint; do
      [ -n "$DEVICE_ID" ] || DEVICE_ID=$(sed -n "s/^ *$field *= *\"\([^\"]*\)\".*/\1/p" "$note" | head -n 1)
    done
  fi
  [ -z "$DEVICE_ID" ] || return 0
  call GET /api/me/devices '' '' "$WORK/devices" token
  # One device a line, so that each can be looked at by itself.
  awk '{ gsub(/\{"deviceId":/, "\n&"); print }' "$WORK/devices" | grep '"displayName"' >"$WORK/list" || :
  [ -s "$WORK/list" ] || fail 'The directory knows no device of yours'
  host=$(uname -n | sed 's/\..*//' | tr '[:upper:]' '[:lower:]')
  while IFS= read -r line; do
    name=$(printf '%s\n' "$line" | json displayName)
    id=$(printf '%s\n' "$line" | json deviceId)
    [ -n "$id" ] || id=$(printf '%s\n' "$line" | json intuneId)
    printf '  %s  %s\n' "$id" "$name" >>"$WORK/shown"
    [ "$(printf '%s' "$name" | tr '[:upper:]' '[:lower:]')" = "$host" ] || continue
    [ -z "$DEVICE_ID" ] || fail "Two devices of yours are called $host; give --device-id"
    DEVICE_ID=$id
  done <"$WORK/list"
  if [ -z "$DEVICE_ID" ]; then
    cat "$WORK/shown" >&2
    fail "None of your devices is called $host; give --device-id from the list above"
  fi
}

# --- Key and request ---------------------------------------------------------------------------

make_request() {
  case $PLACE,$DRY_RUN in
  tpm,*) make_tpm_key ;;
  pkcs11,) make_token_key ;;
  *) make_file_key ;;
  esac
  {
    printf '[req]\nprompt = no\nutf8 = yes\nstring_mask = utf8only\n'
    printf 'distinguished_name = names\nreq_extensions = wishes\n'
    printf '[names]\nCN = %s\n' "$(escaped "$COMMON_NAME")"
    printf '[wishes]\nextendedKeyUsage = clientAuth\n'
    [ -z "$SUBJECT_ALT_NAME" ] || printf 'subjectAltName = @others\n[others]\n%s\n' "$SUBJECT_ALT_NAME"
  } >"$WORK/request.cnf"
  for_key "$WORK/key.pem" openssl req -new -sha256 -config "$WORK/request.cnf" -key "$(named "$WORK/key.pem")" -outform DER \
    -out "$WORK/request.der" 2>"$WORK/openssl.log" || fail "$(cat "$WORK/openssl.log")"
  case $PLACE,$KEY in tpm,ec-*) mend_request ;; esac
}

make_file_key() {
  case $KEY in
  ec-p256) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:named_curve ;;
  ec-p384) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -pkeyopt ec_param_enc:named_curve ;;
  rsa-*) openssl genpkey -algorithm RSA -pkeyopt "rsa_keygen_bits:${KEY#rsa-}" ;;
  esac >"$WORK/key.pem" 2>"$WORK/openssl.log" || fail "$(cat "$WORK/openssl.log")"
}

# OpenSSL's configuration gives these a meaning of their own.
escaped() {
  printf '%s' "$1" | tr -d '\r\n' | sed "s/[\\\\\$#\"']/\\\\&/g"
}

check() {
  call POST /api/csr/check application/pkcs10 "$WORK/request.der" "$WORK/answer" token
  awk '{ gsub(/\{"rule":/, "\n&"); print }' "$WORK/answer" | while IFS= read -r line; do
    case $line in
    *'"passed":true'*) printf '  yes      %s\n' "$(printf '%s\n' "$line" | json message)" ;;
    *'"passed":false'*)
      printf '  no       %s %s\n' "$(printf '%s\n' "$line" | json message)" "$(printf '%s\n' "$line" | json remedy)"
      ;;
    esac
  done
  case $(cat "$WORK/answer") in
  *'"allowed":true'*) say 'It would be issued. Nothing was changed.' ;;
  *) fail 'It would be refused. Nothing was changed' ;;
  esac
}

# --- Keys that cannot be copied ----------------------------------------------------------------

# Where the key of a file is: tpm, pkcs11, or file.
place_of() {
  [ -f "$1" ] || return 0
  # The object identifier of a TPM's loadable key, 2.23.133.10.1.3, stands in front.
  case $(od -An -v -tx1 -N 16 "$1" | tr -d ' \n') in
  30*06066781050a0103*) echo tpm ;;
  706b637331313a*) echo pkcs11 ;;
  *) echo file ;;
  esac
}

# Lets OpenSSL and curl use the key at hand and the one to come. A renewal keeps the place, so that
# a timer that was made without --tpm moves no key out of the TPM.
open_key_place() {
  held=$(place_of "$KEY_FILE")
  [ -n "$PLACE" ] || PLACE=${held:-file}
  case $held,$PLACE in
  tpm,pkcs11 | pkcs11,tpm) fail 'A key moves between TPM and token by no renewal: take another --name for the new one' ;;
  *tpm*) open_tpm ;;
  *pkcs11*) open_token "$held" ;;
  esac
}

# Whether the key at hand answers. Not asked before it is needed: a token counts wrong PINs.
check_key() {
  [ -z "$(public_of "$KEY_FILE")" ] || return 0
  case $(place_of "$KEY_FILE") in
  pkcs11) fail "The token $TOKEN_LABEL does not show the key of $KEY_FILE. Is it plugged in, and its PIN the one in $PIN_FILE?" ;;
  tpm) fail "This TPM does not know the key in $KEY_FILE. Was it made on another machine, or the TPM cleared? Get a new certificate with user or device, --tpm and --force" ;;
  esac
}

# for_key FILE COMMAND …: runs a command that reaches the key of this file, wherever it is. For a key
# that is in the file, a TPM or token would be asked to no avail.
for_key() {
  place=$(place_of "$1")
  shift
  case $place in
  tpm | pkcs11) OPENSSL_CONF="$WORK/openssl.cnf" "$@" ;;
  *) "$@" ;;
  esac
}

need_providers() {
  case $(curl --version) in
  *' OpenSSL/'[3-9]*) ;;
  *) fail 'A key outside of a file needs a curl with OpenSSL 3; this one is built with something else' ;;
  esac
  modules=$(openssl version -m 2>/dev/null | sed -n 's/^MODULESDIR: "\(.*\)"$/\1/p')
}

open_tpm() {
  need_providers
  [ -f "$modules/tpm2.so" ] ||
    fail "OpenSSL's tpm2 provider is not installed: the package tpm2-openssl of Debian, Ubuntu and Fedora"
  tpm_configuration >"$WORK/openssl.cnf"
  version=$(OPENSSL_CONF="$WORK/openssl.cnf" openssl list -providers 2>"$WORK/tpm.log" | sed -n '/^ *tpm2$/,/version/s/^ *version: //p')
  # Up to 1.1 the provider holds more in the TPM at once during TLS than the kernel lets it.
  case $version,${TPM2OPENSSL_TCTI:-} in
  1.[01].*,tabrmd*) ;;
  1.[01].*,*)
    TPM2OPENSSL_TCTI=tabrmd OPENSSL_CONF="$WORK/openssl.cnf" openssl list -providers 2>/dev/null | grep -q tpm2 ||
      fail "This tpm2 provider ($version) needs the TPM's resource manager: install and start tpm2-abrmd"
    TPM2OPENSSL_TCTI=tabrmd
    export TPM2OPENSSL_TCTI
    ;;
  ,*)
    [ ! -e /dev/tpmrm0 ] || [ -w /dev/tpmrm0 ] ||
      fail "This account may not use the TPM: add it to the group tss, or run this as root"
    fail 'No TPM answers here. Is it switched on in the firmware (BIOS)? Without one, leave out --tpm'
    ;;
  esac
}

# Only signatures come from the TPM. Digests there are slow, and few fit in at once.
tpm_configuration() {
  cat <<'CONFIGURATION'
openssl_conf = latchkey
[latchkey]
providers = latchkey_providers
alg_section = latchkey_algorithms
[latchkey_algorithms]
default_properties = ?tpm2.signature=yes
[latchkey_providers]
default = latchkey_active
tpm2 = latchkey_active
[latchkey_active]
activate = 1
CONFIGURATION
}

# Into a file that only this TPM can read (TSS2 private key), not under a persistent handle: those
# are few, belong to nobody and would have to be cleared after each renewal. A file is replaced and
# mended like that of any other key, and what is deleted is gone. As DER: what is PEM, wpa_supplicant
# hands to an engine that distributions do not have.
make_tpm_key() {
  case $KEY in
  ec-p256) set -- EC group:P-256 ;;
  ec-p384) set -- EC group:P-384 ;;
  rsa-*) set -- RSA "bits:${KEY#rsa-}" ;;
  esac
  OPENSSL_CONF="$WORK/openssl.cnf" openssl genpkey -propquery '?provider=tpm2' -algorithm "$1" -pkeyopt "$2" \
    -outform DER >"$WORK/key.pem" 2>"$WORK/openssl.log" || :
  # Not a key of OpenSSL's own either.
  [ "$(place_of "$WORK/key.pem")" = tpm ] ||
    fail "This TPM makes no key of type $KEY; every one makes rsa-2048 and almost every one ec-p256. It says: $(tail -n 1 "$WORK/openssl.log")"
}

# The tpm2 provider, up to 1.3 at least, gives ECDSA the parameter NULL, where RFC 5758 section 3.2
# wants none. It lies outside of what is signed.
mend_request() {
  octets=$(od -An -v -tx1 <"$WORK/request.der" | tr -d ' \n')
  case $octets in
  3082*) octets=${octets#????????} ;;
  3081*) octets=${octets#??????} ;;
  esac
  octets=$(printf '%s' "$octets" | sed 's/300c06082a8648ce3d0403020500/300a06082a8648ce3d040302/')
  length=$((${#octets} / 2))
  if [ "$length" -gt 255 ]; then head=$(printf '3082%04x' "$length"); else head=$(printf '3081%02x' "$length"); fi
  printf '%b' "$(printf '%s%s\n' "$head" "$octets" | awk '{
    for (at = 1; at <= length($0); at += 2)
      printf "\\0%03o", 16 * digit(substr($0, at, 1)) + digit(substr($0, at + 1, 1))
  } function digit(sign) { return index("0123456789abcdef", sign) - 1 }')" >"$WORK/request.der"
}

# open_token HELD: where the key at hand is there, its file says which token, library and PIN.
open_token() {
  need pkcs11-tool
  need_providers
  if [ "$1" = pkcs11 ]; then
    [ -n "$TOKEN_LABEL" ] || TOKEN_LABEL=$(uri_part token <"$KEY_FILE" | sed 's/%20/ /g')
    [ -n "$TOKEN_MODULE" ] || TOKEN_MODULE=$(uri_part module-path <"$KEY_FILE")
    [ -n "$PIN_FILE" ] || PIN_FILE=$(uri_part pin-source <"$KEY_FILE" | sed 's/^file://')
  fi
  [ -n "$TOKEN_MODULE" ] || wrong "--pkcs11-module is missing: the library of the token's maker"
  [ -n "$PIN_FILE" ] || wrong "--pin-file is missing: the file with the token's PIN"
  case $TOKEN_LABEL in '' | *[!A-Za-z0-9._\ -]*) wrong '--pkcs11 is the label of a token: letters, digits, dots, dashes and blanks' ;; esac
  case $TOKEN_MODULE$PIN_FILE in *[!A-Za-z0-9./_-]*) wrong '--pkcs11-module and --pin-file are paths of letters, digits, dots, dashes and underscores' ;; esac
  [ -f "$TOKEN_MODULE" ] || fail "There is no file $TOKEN_MODULE"
  [ -r "$PIN_FILE" ] || fail "The PIN cannot be read from $PIN_FILE"
  ENGINE=''
  # curl learned PKCS#11 by provider with 8.12 only; the engine works before and after.
  if openssl engine pkcs11 >/dev/null 2>&1; then
    ENGINE=org.openssl.engine:pkcs11:
  elif [ ! -f "$modules/pkcs11.so" ]; then
    fail "OpenSSL has no PKCS#11 here: install libengine-pkcs11-openssl (Debian, Ubuntu) or pkcs11-provider (Fedora, Debian 13)"
  fi
  token_configuration >"$WORK/openssl.cnf"
  # OpenSSL would take the end of the line for a part of the PIN.
  tr -d '\r\n' <"$PIN_FILE" >"$WORK/pin"
  case $WORK in *[!A-Za-z0-9./_-]*) fail "A token's key needs a TMPDIR of letters, digits, dots, dashes and underscores" ;; esac
}

token_configuration() {
  if [ -n "$ENGINE" ]; then
    cat <<CONFIGURATION
openssl_conf = latchkey
[latchkey]
engines = latchkey_engines
[latchkey_engines]
pkcs11 = latchkey_token
[latchkey_token]
engine_id = pkcs11
MODULE_PATH = $TOKEN_MODULE
init = 0
CONFIGURATION
  else
    # Modules that use OpenSSL themselves, as SoftHSM does, crash when they are ended with it.
    cat <<CONFIGURATION
openssl_conf = latchkey
[latchkey]
providers = latchkey_providers
[latchkey_providers]
default = latchkey_default
pkcs11 = latchkey_token
[latchkey_default]
activate = 1
[latchkey_token]
pkcs11-module-path = $TOKEN_MODULE
pkcs11-module-quirks = no-deinit
activate = 1
CONFIGURATION
  fi
}

# The file of such a key is one line, its URI (RFC 7512), so that a renewal finds it.
make_token_key() {
  case $KEY in
  ec-p256) type=EC:prime256v1 ;;
  ec-p384) type=EC:secp384r1 ;;
  rsa-*) type=rsa:${KEY#rsa-} ;;
  esac
  id=$(openssl rand -hex 16)
  printf 'pkcs11:token=%s;id=%s;type=private?module-path=%s&pin-source=file:%s\n' \
    "$(printf '%s' "$TOKEN_LABEL" | sed 's/ /%20/g')" "$(printf '%s' "$id" | sed 's/../%&/g')" \
    "$TOKEN_MODULE" "$PIN_FILE" >"$WORK/key.pem"
  token_tool --keypairgen --key-type "$type" --usage-sign --sensitive --id "$id" --label "latchkey-$NAME" \
    >"$WORK/token.log" 2>&1 ||
    fail "The token $TOKEN_LABEL makes no key of type $KEY. It says: $(grep -i error "$WORK/token.log" | head -n 1)"
}

token_tool() {
  LATCHKEY_PIN=$(cat "$WORK/pin") pkcs11-tool --module "$TOKEN_MODULE" --token-label "$TOKEN_LABEL" \
    --login --pin env:LATCHKEY_PIN "$@"
}

# Deletes the key of this file from the token, unless it is the one in use.
forget() {
  [ "$(place_of "$1")" = pkcs11 ] || return 0
  ! cmp -s "$1" "$KEY_FILE" || return 0
  id=$(uri_part id <"$1" | tr -d %)
  for type in privkey pubkey; do
    token_tool --delete-object --type "$type" --id "$id" >/dev/null 2>&1 || :
  done
}

# uri_part NAME: of the URI on standard input.
uri_part() {
  sed -n "s/.*[:;?&]$1=\([^;?&]*\).*/\1/p"
}

# What OpenSSL calls the key of this file.
named() {
  case $(place_of "$1") in
  pkcs11) sed "s|^|$ENGINE|; s|?.*|?pin-source=file:$WORK/pin|" "$1" ;;
  *) printf '%s\n' "$1" ;;
  esac
}

# The public key that belongs to a key file, as a certificate shows it; nothing when it is no key.
public_of() {
  # A second time, since the provider of PKCS#11 shows RSA keys in a form of their own.
  for_key "$1" openssl pkey -in "$(named "$1")" -pubout 2>/dev/null |
    openssl pkey -pubin -pubout 2>/dev/null || :
}

# --- Network -----------------------------------------------------------------------------------

# The server's name and CA are always in it: a client that believes any server tells anyone who it is.
print_network() {
  need openssl
  [ -f "$CERTIFICATE_FILE" ] || fail "There is no certificate in $CERTIFICATE_FILE"
  [ -n "$RADIUS_NAME" ] || wrong "--radius-name is missing: the name in the certificate of the network's server"
  [ -n "$RADIUS_CA" ] || wrong "--radius-ca is missing: the file of the CA of the network's server"
  RADIUS_CA=$(absolute "$RADIUS_CA")
  [ -f "$RADIUS_CA" ] || fail "There is no file $RADIUS_CA"
  case "$FOLDER$RADIUS_CA$RADIUS_NAME" in
  *[!A-Za-z0-9./_-]*) wrong 'Settings hold paths and names of letters, digits, dots, dashes and underscores only' ;;
  esac
  identity=$(common_name)
  place=$(place_of "$KEY_FILE")
  case $place in
  tpm) print_tpm_setup ;;
  pkcs11) fail 'There are no settings for a key in a token here: what they must be differs with each token' ;;
  esac
  cat <<SETTINGS
# --- wpa_supplicant.conf: this block
network={
$(if [ -n "$SSID" ]; then
    printf '  ssid=%s\n  key_mgmt=WPA-EAP WPA-EAP-SHA256' "$(hex "$SSID")"
  else
    printf '  key_mgmt=IEEE8021X\n  eapol_flags=0'
  fi)
  eap=TLS
  identity=$(hex "$identity")
  ca_cert="$RADIUS_CA"
  domain_match="$RADIUS_NAME"
  client_cert="$CERTIFICATE_FILE"
  private_key="$KEY_FILE"
}
SETTINGS
  if [ "$place" = tpm ]; then
    printf '\n# --- NetworkManager takes no key in the TPM of this kind: use wpa_supplicant alone.\n'
  else
    print_nmcli
  fi
}

print_nmcli() {
  cat <<SETTINGS

# --- or NetworkManager: this command, as root
nmcli connection add con-name latchkey-$NAME $(if [ -n "$SSID" ]; then
    printf 'type wifi ssid %s wifi-sec.key-mgmt wpa-eap' "$(shell_word "$SSID")"
  else
    printf 'type ethernet'
  fi) \\
  802-1x.eap tls 802-1x.identity $(shell_word "$identity") \\
  802-1x.ca-cert $RADIUS_CA 802-1x.domain-match $RADIUS_NAME \\
  802-1x.client-cert $CERTIFICATE_FILE \\
  802-1x.private-key $KEY_FILE 802-1x.private-key-password-flags not-required
SETTINGS
}

print_tpm_setup() {
  cat <<SETUP
# --- /etc/latchkey-openssl.cnf: the TPM for wpa_supplicant
$(tpm_configuration)

# --- /etc/systemd/system/wpa_supplicant.service.d/latchkey.conf; then
#     systemctl daemon-reload && systemctl restart wpa_supplicant
[Service]
Environment=OPENSSL_CONF=/etc/latchkey-openssl.cnf

SETUP
}

# As hex digits no character needs an escape.
hex() {
  printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n'
}

shell_word() {
  printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"
}

# --- Files -------------------------------------------------------------------------------------

# Two files cannot be replaced in one step. The old key is kept until the new certificate is in
# place, and `mend` finishes or takes back what a crash left in between.
put_in_place() {
  match "$WORK/key.pem" "$WORK/certificate.pem" ||
    fail 'The certificate does not belong to the key that was made here; nothing was replaced'
  copy "$WORK/certificate.pem" "$CERTIFICATE_FILE.new"
  copy "$WORK/key.pem" "$KEY_FILE.new"
  [ ! -f "$KEY_FILE" ] || copy "$KEY_FILE" "$KEY_FILE.old"
  mv -f "$KEY_FILE.new" "$KEY_FILE"
  mv -f "$CERTIFICATE_FILE.new" "$CERTIFICATE_FILE"
  forget "$KEY_FILE.old"
  rm -f "$KEY_FILE.old"
  case $PLACE in
  tpm) where="$KEY_FILE, which only this TPM can use" ;;
  pkcs11) where="the token $TOKEN_LABEL ($KEY_FILE names it)" ;;
  *) where=$KEY_FILE ;;
  esac
  say "The certificate is in $CERTIFICATE_FILE, its key in $where; good until $(end_of "$CERTIFICATE_FILE")."
  [ -z "$THEN" ] || sh -c "$THEN" || fail "The certificate is in place, but this failed: $THEN"
}

mend() {
  [ -f "$KEY_FILE.new" ] || [ -f "$KEY_FILE.old" ] || [ -f "$CERTIFICATE_FILE.new" ] || return 0
  # A key that does not answer now would seem to be the wrong one.
  [ ! -f "$KEY_FILE" ] || check_key
  if [ -f "$CERTIFICATE_FILE.new" ] && match "$KEY_FILE" "$CERTIFICATE_FILE.new"; then
    mv -f "$CERTIFICATE_FILE.new" "$CERTIFICATE_FILE"
  elif [ -f "$KEY_FILE.old" ] && ! match "$KEY_FILE" "$CERTIFICATE_FILE"; then
    [ ! -f "$KEY_FILE" ] || mv -f "$KEY_FILE" "$KEY_FILE.new"
    mv -f "$KEY_FILE.old" "$KEY_FILE"
  fi
  forget "$KEY_FILE.new"
  forget "$KEY_FILE.old"
  rm -f "$KEY_FILE.new" "$CERTIFICATE_FILE.new" "$KEY_FILE.old"
}

match() {
  [ -f "$1" ] && [ -f "$2" ] &&
    [ "$(public_of "$1")" = "$(openssl x509 -in "$2" -noout -pubkey 2>/dev/null)" ]
}

# Through a file of its own, so that a full disk is noticed before anything is replaced.
copy() {
  cat "$1" >"$2" || fail "$2 cannot be written"
  chmod 600 "$2"
}

end_of() {
  openssl x509 -in "$1" -noout -enddate | sed 's/^notAfter=//'
}

# --- Signing in --------------------------------------------------------------------------------

get_token() {
  if [ -n "${LATCHKEY_TOKEN:-}" ]; then
    TOKEN=$LATCHKEY_TOKEN
  elif [ -n "$TOKEN_COMMAND" ]; then
    TOKEN=$(sh -c "$TOKEN_COMMAND") || fail "This gave no token: $TOKEN_COMMAND"
  else
    [ -n "$SCOPE" ] || wrong '--scope is missing: api://…/Cert.Enroll, as your administrator named it'
    az_token || device_code_token
  fi
  case $TOKEN in
  '' | *[!A-Za-z0-9._~+/=-]*) fail 'What was given as a token is none' ;;
  esac
  # In a file, since the arguments of a process can be read by everyone on the machine.
  printf 'header = "Authorization: Bearer %s"\n' "$TOKEN" >"$WORK/token.conf"
}

# no_answer STATUS: what a failed curl means.
no_answer() {
  case $1 in
  # The server's certificate leads to no CA that is known here; the file of CAs cannot be read.
  60 | 77) fail "The certificate of $URL is not trusted here: name the file of its CA by --cacert" ;;
  *) fail "$URL does not answer" ;;
  esac
}

az_token() {
  command -v az >/dev/null 2>&1 || return 1
  TOKEN=$(az account get-access-token --scope "$SCOPE" ${TENANT:+--tenant "$TENANT"} \
    --query accessToken --output tsv 2>/dev/null) && [ -n "$TOKEN" ]
}

# RFC 8628.
device_code_token() {
  endpoint="$LOGIN/${TENANT:-organizations}/oauth2/v2.0"
  curl -sS --data-urlencode "client_id=$CLIENT_ID" --data-urlencode "scope=openid $SCOPE" \
    "$endpoint/devicecode" >"$WORK/code" || fail "The sign-in at $LOGIN does not answer"
  device_code=$(json device_code <"$WORK/code")
  [ -n "$device_code" ] || fail "No code to sign in with: $(json error_description <"$WORK/code")"
  say "Open $(json verification_uri <"$WORK/code") and enter the code $(json user_code <"$WORK/code")."
  interval=$(sed -n 's/.*"interval" *: *\([0-9]*\).*/\1/p' "$WORK/code")
  while :; do
    sleep "${interval:-5}"
    curl -sS --data-urlencode "client_id=$CLIENT_ID" --data-urlencode "device_code=$device_code" \
      --data-urlencode 'grant_type=urn:ietf:params:oauth:grant-type:device_code' \
      "$endpoint/token" >"$WORK/tokens" || fail "The sign-in at $LOGIN does not answer"
    TOKEN=$(json access_token <"$WORK/tokens")
    [ -z "$TOKEN" ] || return 0
    case $(json error <"$WORK/tokens") in
    authorization_pending) ;;
    slow_down) interval=$((${interval:-5} + 5)) ;;
    *) fail "Signing in failed: $(json error_description <"$WORK/tokens")" ;;
    esac
  done
}

# --- HTTP and JSON -----------------------------------------------------------------------------

# call METHOD PATH TYPE BODY-FILE ANSWER-FILE token|certificate
# The same request is never answered with a second certificate, so it may be repeated.
call() {
  set -- "$@" "$URL$2"
  answer=$5
  case $6 in
  token) who="$WORK/token.conf" key=/dev/null ;;
  certificate)
    key=$KEY_FILE
    # By names of its own: curl takes what follows a colon in a path for a password.
    cat "$CERTIFICATE_FILE" >"$WORK/client.pem"
    cat "$KEY_FILE" >"$WORK/client.key"
    printf 'cert = "./client.pem"\nkey = "./client.key"\n' >"$WORK/client.conf"
    case $(place_of "$KEY_FILE") in
    tpm)
      echo 'key-type = "DER"' >>"$WORK/client.conf"
      ;;
    pkcs11)
      printf 'cert = "./client.pem"\nkey = "%s"\n' "$(ENGINE='' named "$KEY_FILE")" >"$WORK/client.conf"
      ;;
    esac
    who="$WORK/client.conf"
    ;;
  esac
  code=$(cd "$WORK" && for_key "$key" curl -sS --config "$who" ${CACERT:+--cacert "$CACERT"} --request "$1" \
    ${3:+--header "Content-Type: $3"} ${4:+--data-binary "@$4"} --max-time 60 \
    --retry 3 --retry-max-time 120 --output "$answer" --write-out '%{http_code}' "$7") || no_answer $?
  [ "$code" = 200 ] && return 0
  # An RFC 9457 problem says what is wrong and what mends it.
  detail=$(json detail <"$answer") remedy=$(json remedy <"$answer")
  fail "${detail:-$URL answered $code} $remedy"
}

# json NAME: the first string member of that name in the JSON on standard input, or nothing.
json() {
  awk -v name="\"$1\"" '
    { text = text $0 }
    END {
      while ((at = index(text, name)) > 0) {
        text = substr(text, at + length(name))
        if (!match(text, /^[ \t]*:[ \t]*"/)) continue
        text = substr(text, RLENGTH + 1)
        if (!match(text, /^([^"\\]|\\.)*"/)) exit
        value = substr(text, 1, RLENGTH - 1)
        gsub(/\\"/, "\"", value)
        gsub(/\\\//, "/", value)
        gsub(/\\[nrt]/, " ", value)
        gsub(/\\\\/, "\\", value)
        print value
        exit
      }
    }'
}

# --- systemd -----------------------------------------------------------------------------------

# service_unit SCRIPT
service_unit() {
  tpm=''
  [ "$PLACE" != tpm ] || tpm=--tpm
  cat <<UNIT
[Unit]
Description=Renew the Latchkey certificate $NAME when it is due
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=/bin/sh $(unit_words "$1" auto --url "$URL" --folder "$FOLDER" --name "$NAME" \
    --renew-days "$RENEW_DAYS" --key "$KEY" ${tpm:+"$tpm"} \
    ${TOKEN_LABEL:+--pkcs11 "$TOKEN_LABEL" --pkcs11-module "$TOKEN_MODULE" --pin-file "$PIN_FILE"} \
    ${CACERT:+--cacert "$CACERT"} ${THEN:+--then "$THEN"})
UNIT
}

timer_unit() {
  cat <<UNIT
[Unit]
Description=Look every day whether the Latchkey certificate $NAME must be renewed

[Timer]
OnCalendar=daily
RandomizedDelaySec=6h
Persistent=true

[Install]
WantedBy=timers.target
UNIT
}

# systemd reads quotes, backslashes, % and \$ in ExecStart.
unit_words() {
  for word in "$@"; do
    printf '"%s" ' "$(printf '%s' "$word" | sed 's/[\\"]/\\&/g; s/%/%%/g; s/\$/$$/g')"
  done
}

own_path() {
  printf '%s/%s\n' "$(cd "$(dirname "$0")" && pwd)" "$(basename "$0")"
}

print_units() {
  printf '# latchkey-%s.service\n' "$NAME"
  service_unit "$(own_path)"
  printf '\n# latchkey-%s.timer\n' "$NAME"
  timer_unit
}

install_units() {
  command -v systemctl >/dev/null 2>&1 ||
    fail "There is no systemd here. Run daily instead: $(basename "$0") auto --url $URL"
  place=/etc/systemd/system scope=--system
  if [ "$(id -u)" -ne 0 ]; then
    place="${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user" scope=--user
  fi
  # From a copy that only this account can write: root must not run what lies in a download folder.
  mkdir -p "$place" "$FOLDER" || fail "The folder $FOLDER cannot be made"
  copy "$(own_path)" "$FOLDER/latchkey-enroll.sh.new"
  mv -f "$FOLDER/latchkey-enroll.sh.new" "$FOLDER/latchkey-enroll.sh"
  service_unit "$FOLDER/latchkey-enroll.sh" >"$place/latchkey-$NAME.service"
  timer_unit >"$place/latchkey-$NAME.timer"
  chmod 644 "$place/latchkey-$NAME.service" "$place/latchkey-$NAME.timer"
  systemctl $scope daemon-reload
  systemctl $scope enable --now "latchkey-$NAME.timer"
  say "latchkey-$NAME.timer runs every day."
}

# --- Words -------------------------------------------------------------------------------------

say() { printf '%s\n' "$*"; }

fail() {
  printf 'latchkey-enroll: %s\n' "$*" >&2
  exit 1
}

wrong() {
  printf 'latchkey-enroll: %s (see --help)\n' "$*" >&2
  exit 2
}

need() { command -v "$1" >/dev/null 2>&1 || fail "$1 is not installed"; }

main "$@"
