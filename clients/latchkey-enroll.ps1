<#
.SYNOPSIS
Gets and renews a certificate from Latchkey, for yourself or for this device.

.DESCRIPTION
Runs in Windows PowerShell 5.1 (with .NET Framework 4.7.2) and in PowerShell 7. On Windows the key is
made in the certificate store and cannot be exported; with -PfxPath, and everywhere else, key and
certificate go into a password-protected PFX file. The private key never leaves this machine.
Signing in happens once; renewal proves itself with the certificate at hand (mutual TLS).

With -Tpm the key is made in the TPM, the security chip of this machine, by the Microsoft Platform
Crypto Provider: not even an administrator can copy it. Where there is no TPM, or it makes no key of
that type, a warning says so and the key is made in the key storage of Windows. A renewal of a key
in the TPM stays there, with or without -Tpm, or fails.

.PARAMETER Command
User, Device, Renew, Auto (for a scheduled task: renews when it is due), Status or InstallTask.

.EXAMPLE
./latchkey-enroll.ps1 User -Url https://certificates.contoso.com -Scope api://.../Cert.Enroll

.EXAMPLE
./latchkey-enroll.ps1 User -Tpm
Makes the key in the TPM where there is one.

.EXAMPLE
./latchkey-enroll.ps1 Device -StoreLocation LocalMachine -WhatIf
Asks whether a certificate would be issued, and changes nothing.
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory, Position = 0)]
    [ValidateSet('User', 'Device', 'Renew', 'Auto', 'Status', 'InstallTask')]
    [string] $Command,
    # The portal fills in the next three when the script is downloaded there.
    [string] $Url = '',
    [string] $Scope = '',
    [string] $Tenant = '',
    [string] $Login = 'https://login.microsoftonline.com',
    # Azure PowerShell's own client id: a public client that an administrator allows once for everyone.
    [string] $ClientId = '1950a258-227b-4e31-a9cf-717495945fc2',
    [ValidateSet('ec-p256', 'ec-p384', 'rsa-2048', 'rsa-3072', 'rsa-4096')]
    [string] $KeyType = 'rsa-2048',
    [string] $DeviceId = '',
    [string] $Upn = '',
    [ValidateSet('CurrentUser', 'LocalMachine')]
    [string] $StoreLocation = 'CurrentUser',
    [switch] $Tpm,
    [string] $PfxPath = '',
    [securestring] $PfxPassword,
    [ValidateRange(1, 3650)]
    [int] $RenewDays = 30,
    [scriptblock] $TokenCommand,
    [switch] $Force
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$OnWindows = $PSVersionTable.PSEdition -eq 'Desktop' -or $IsWindows
$FriendlyName = 'Latchkey'
$TpmProvider = 'Microsoft Platform Crypto Provider'
$SoftwareProvider = 'Microsoft Software Key Storage Provider'

function Invoke-Main {
    if ($PSVersionTable.PSEdition -eq 'Desktop') {
        [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
    }
    if (-not $OnWindows -and -not $PfxPath) { throw 'There is no certificate store here; give -PfxPath.' }
    if ($PfxPath -and -not $PfxPassword) { throw 'A PFX file needs -PfxPassword (Read-Host -AsSecureString).' }
    if ($Tpm -and -not $OnWindows) { throw 'The TPM is reached by Windows here; on Linux use latchkey-enroll.sh --tpm.' }
    if ($Tpm -and $PfxPath) { throw 'A key in the TPM cannot go into a PFX file; leave out -Tpm or -PfxPath.' }
    if ($Command -ne 'Status') { Assert-Url }
    switch ($Command) {
        'User' { New-Enrolment }
        'Device' { New-Enrolment }
        'Renew' { Update-Enrolment }
        'Auto' { if ($Force -or (Test-Due (Get-Current))) { Update-Enrolment } }
        'Status' { Get-Current | Format-List Subject, Issuer, SerialNumber, NotBefore, NotAfter, Thumbprint }
        'InstallTask' { Install-Task }
    }
}

# A token must not cross the network in clear; the sandbox on this machine is the exception.
function Assert-Url {
    if ($Url -notmatch '^(https://[^\s"'']+|http://(localhost|127\.0\.0\.1)([:/][^\s"'']*)?)$') {
        throw 'Give the address of the authority, https://..., in -Url.'
    }
    $script:Url = $Url.TrimEnd('/')
}

function New-Enrolment {
    $headers = @{ Authorization = "Bearer $(Get-Token)" }
    $names = if ($Command -eq 'User') { Get-UserNames $headers } else { Get-DeviceNames $headers }
    if (-not $PSCmdlet.ShouldProcess($names.CommonName, 'get a certificate')) {
        Show-Check $names $headers
        return
    }
    $key = New-Key
    try {
        $body = New-Request $key $names
        $answer = Invoke-Authority 'Post' '/api/csr' $headers $body
        Save-Certificate ([byte[]] $answer) $key $null
    }
    catch {
        Remove-Key $key
        throw
    }
}

function Update-Enrolment {
    $old = Get-Current
    if (-not $Force -and -not (Test-Due $old)) {
        Write-Output "Not due yet: good until $($old.NotAfter)."
        return
    }
    if (-not $PSCmdlet.ShouldProcess($old.Subject, 'renew the certificate')) { return }
    $key = if (Test-InTpm $old) { New-StoredKey $TpmProvider } else { New-Key }
    try {
        # The authority takes the names from the certificate at hand, not from this request.
        $names = @{ CommonName = $old.GetNameInfo('SimpleName', $false); Upn = $null }
        $body = New-Request $key $names
        $answer = Invoke-Authority 'Post' '/.well-known/est/simplereenroll' @{} $body $old
        $der = [Convert]::FromBase64String([Text.Encoding]::ASCII.GetString($answer))
        Save-Certificate $der $key $old
    }
    catch {
        Remove-Key $key
        throw
    }
}

function Test-Due($certificate) {
    return $certificate.NotAfter -lt (Get-Date).AddDays($RenewDays)
}

# --- Names ---------------------------------------------------------------------------------------

function Get-UserNames($headers) {
    $name = $Upn
    if (-not $name) {
        $me = ConvertFrom-Bytes (Invoke-Authority 'Get' '/api/me' $headers)
        if (-not $me.user) { throw 'The directory does not know you.' }
        $name = $me.user.upn
    }
    return @{ CommonName = $name; Upn = $name }
}

function Get-DeviceNames($headers) {
    $id = $DeviceId
    if (-not $id -and $OnWindows) {
        $line = dsregcmd.exe /status | Select-String '^\s*DeviceId\s*:\s*([0-9a-fA-F-]{36})' | Select-Object -First 1
        if ($line) { $id = $line.Matches[0].Groups[1].Value }
    }
    if (-not $id) {
        $devices = @((ConvertFrom-Bytes (Invoke-Authority 'Get' '/api/me/devices' $headers)).items)
        $same = @($devices | Where-Object { $_.displayName -eq [Environment]::MachineName })
        if ($same.Count -ne 1) {
            $list = $devices | ForEach-Object { "  $($_.deviceId)  $($_.displayName)" }
            throw "Which device is this? Give -DeviceId with one of:`n$($list -join [Environment]::NewLine)"
        }
        $id = if ($same[0].deviceId) { $same[0].deviceId } else { $same[0].intuneId }
    }
    return @{ CommonName = $id.ToLowerInvariant(); Upn = $null }
}

# --- Key and request -----------------------------------------------------------------------------

function New-Key {
    if ($Tpm) { return New-TpmKey }
    if ($OnWindows -and -not $PfxPath) { return New-StoredKey $SoftwareProvider }
    if ($KeyType -like 'rsa-*') {
        $rsa = [Security.Cryptography.RSA]::Create()
        $rsa.KeySize = [int] $KeyType.Substring(4)
        return $rsa
    }
    $curve = if ($KeyType -eq 'ec-p256') { 'nistP256' } else { 'nistP384' }
    return [Security.Cryptography.ECDsa]::Create([Security.Cryptography.ECCurve+NamedCurves]::$curve)
}

# Falls back to the key storage of Windows, and says so.
function New-TpmKey {
    try { return New-StoredKey $TpmProvider }
    catch [Security.Cryptography.CryptographicException] {
        Write-Warning ("The TPM of this machine makes no key of type $KeyType, or there is none: $($_.Exception.Message) " +
            'The key is made in the key storage of Windows instead, not exportable, but an administrator could copy it.')
        return New-StoredKey $SoftwareProvider
    }
}

# Whether the key of this certificate is in the TPM. What cannot be opened as a key of CNG is not.
function Test-InTpm($certificate) {
    if (-not $OnWindows -or $PfxPath) { return $false }
    $key = [Security.Cryptography.X509Certificates.RSACertificateExtensions]::GetRSAPrivateKey($certificate)
    if (-not $key) { $key = [Security.Cryptography.X509Certificates.ECDsaCertificateExtensions]::GetECDsaPrivateKey($certificate) }
    if (-not $key -or -not ($key.PSObject.Properties.Name -contains 'Key')) { return $false }
    return $key.Key.Provider.Provider -eq $TpmProvider
}

# In the key storage of Windows that is named, not exportable.
function New-StoredKey($provider) {
    $parameters = New-Object Security.Cryptography.CngKeyCreationParameters
    $parameters.Provider = New-Object Security.Cryptography.CngProvider $provider
    $parameters.ExportPolicy = [Security.Cryptography.CngExportPolicies]::None
    if ($StoreLocation -eq 'LocalMachine') {
        $parameters.KeyCreationOptions = [Security.Cryptography.CngKeyCreationOptions]::MachineKey
    }
    $name = "latchkey-$([Guid]::NewGuid())"
    if ($KeyType -like 'rsa-*') {
        $size = [BitConverter]::GetBytes([int] $KeyType.Substring(4))
        $property = New-Object Security.Cryptography.CngProperty 'Length', $size, ([Security.Cryptography.CngPropertyOptions]::None)
        $parameters.Parameters.Add($property)
        $stored = [Security.Cryptography.CngKey]::Create([Security.Cryptography.CngAlgorithm]::Rsa, $name, $parameters)
        return New-Object Security.Cryptography.RSACng $stored
    }
    $algorithm = if ($KeyType -eq 'ec-p256') { 'ECDsaP256' } else { 'ECDsaP384' }
    $stored = [Security.Cryptography.CngKey]::Create([Security.Cryptography.CngAlgorithm]::$algorithm, $name, $parameters)
    return New-Object Security.Cryptography.ECDsaCng $stored
}

function Remove-Key($key) {
    if ($key.PSObject.Properties.Name -contains 'Key') { $key.Key.Delete() } else { $key.Dispose() }
}

# Gives the DER of a PKCS#10 request.
function New-Request($key, $names) {
    $quoted = $names.CommonName.Replace('"', '""')
    $subject = New-Object Security.Cryptography.X509Certificates.X500DistinguishedName "CN=`"$quoted`""
    $hash = [Security.Cryptography.HashAlgorithmName]::SHA256
    if ($KeyType -like 'rsa-*') {
        $padding = [Security.Cryptography.RSASignaturePadding]::Pkcs1
        $request = New-Object Security.Cryptography.X509Certificates.CertificateRequest $subject, $key, $hash, $padding
    }
    else {
        $request = New-Object Security.Cryptography.X509Certificates.CertificateRequest $subject, $key, $hash
    }
    $usages = New-Object Security.Cryptography.OidCollection
    [void] $usages.Add((New-Object Security.Cryptography.Oid '1.3.6.1.5.5.7.3.2'))
    $request.CertificateExtensions.Add((New-Object Security.Cryptography.X509Certificates.X509EnhancedKeyUsageExtension $usages, $false))
    if ($names.Upn) {
        $others = New-Object Security.Cryptography.X509Certificates.SubjectAlternativeNameBuilder
        $others.AddUserPrincipalName($names.Upn)
        $request.CertificateExtensions.Add($others.Build($false))
    }
    # The comma keeps PowerShell from taking the array apart.
    return , $request.CreateSigningRequest()
}

function Show-Check($names, $headers) {
    # A key for the question only; it is never stored.
    $key = if ($KeyType -like 'rsa-*') { [Security.Cryptography.RSA]::Create() } else { [Security.Cryptography.ECDsa]::Create() }
    $key.KeySize = if ($KeyType -like 'rsa-*') { [int] $KeyType.Substring(4) } elseif ($KeyType -eq 'ec-p256') { 256 } else { 384 }
    $answer = ConvertFrom-Bytes (Invoke-Authority 'Post' '/api/csr/check' $headers (New-Request $key $names))
    $answer.checks | Format-Table rule, passed, message, remedy -Wrap
    Write-Output $(if ($answer.allowed) { 'It would be issued. Nothing was changed.' } else { 'It would be refused. Nothing was changed.' })
}

# --- Where certificates are kept -----------------------------------------------------------------

function Get-Current {
    if ($PfxPath) {
        if (-not (Test-Path -LiteralPath $PfxPath)) { throw "There is no certificate in $PfxPath. Run this script once with User or Device." }
        return New-Object Security.Cryptography.X509Certificates.X509Certificate2 (Resolve-Path -LiteralPath $PfxPath).ProviderPath, $PfxPassword
    }
    $found = Get-ChildItem "Cert:\$StoreLocation\My" |
        Where-Object { $_.FriendlyName -eq $FriendlyName -and $_.HasPrivateKey } |
        Sort-Object NotAfter -Descending | Select-Object -First 1
    if (-not $found) { throw "There is no certificate of Latchkey in Cert:\$StoreLocation\My. Run this script once with User or Device." }
    return $found
}

# Nothing is replaced before the certificate was seen to belong to the key that was made here.
function Save-Certificate([byte[]] $der, $key, $old) {
    $answered = New-Object Security.Cryptography.X509Certificates.X509Certificate2Collection
    $answered.Import($der)
    $extensions = if ($KeyType -like 'rsa-*') { [Security.Cryptography.X509Certificates.RSACertificateExtensions] } else { [Security.Cryptography.X509Certificates.ECDsaCertificateExtensions] }
    # Throws when the public key is another one.
    $certificate = $extensions::CopyWithPrivateKey($answered[0], $key)
    if ($PfxPath) {
        $place = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($PfxPath)
        $bytes = $certificate.Export([Security.Cryptography.X509Certificates.X509ContentType]::Pkcs12, $PfxPassword)
        $partial = "$place.new"
        [IO.File]::WriteAllBytes($partial, [byte[]] @())
        if (-not $OnWindows) { chmod 600 $partial }
        [IO.File]::WriteAllBytes($partial, $bytes)
        Move-Item -LiteralPath $partial -Destination $place -Force
        Write-Output "The certificate is in $place, good until $($certificate.NotAfter)."
        return
    }
    $certificate.FriendlyName = $FriendlyName
    $store = New-Object Security.Cryptography.X509Certificates.X509Store 'My', $StoreLocation
    $store.Open('ReadWrite')
    try {
        $store.Add($certificate)
        # The old one stays good until it ends; it only loses its name, so that the new one is found.
        if ($old) { $old.FriendlyName = "$FriendlyName (renewed)" }
    }
    finally { $store.Close() }
    Write-Output "The certificate $($certificate.Thumbprint) is in Cert:\$StoreLocation\My, good until $($certificate.NotAfter)."
}

# --- Signing in ----------------------------------------------------------------------------------

function Get-Token {
    if ($env:LATCHKEY_TOKEN) { return $env:LATCHKEY_TOKEN }
    if ($TokenCommand) { return [string] (& $TokenCommand) }
    if (-not $Scope) { throw 'Give -Scope: api://.../Cert.Enroll, as your administrator named it.' }
    $token = Get-AzToken
    if ($token) { return $token }
    return Get-DeviceCodeToken
}

function Get-AzToken {
    if (-not (Get-Command Get-AzAccessToken -ErrorAction SilentlyContinue)) { return $null }
    if (-not (Get-AzContext)) { return $null }
    $options = @{ ResourceUrl = $Scope -replace '/[^/]*$', '' }
    if ($Tenant) { $options.TenantId = $Tenant }
    $token = (Get-AzAccessToken @options).Token
    # A SecureString since Az.Accounts 5.
    if ($token -is [securestring]) { return (New-Object Net.NetworkCredential '', $token).Password }
    return $token
}

# RFC 8628.
function Get-DeviceCodeToken {
    $endpoint = "$($Login.TrimEnd('/'))/$(if ($Tenant) { $Tenant } else { 'organizations' })/oauth2/v2.0"
    $code = Invoke-RestMethod -Method Post -Uri "$endpoint/devicecode" -Body @{ client_id = $ClientId; scope = "openid $Scope" }
    Write-Host "Open $($code.verification_uri) and enter the code $($code.user_code)."
    $interval = [int] $code.interval
    while ($true) {
        Start-Sleep -Seconds $interval
        try {
            $grant = @{
                client_id   = $ClientId
                device_code = $code.device_code
                grant_type  = 'urn:ietf:params:oauth:grant-type:device_code'
            }
            return (Invoke-RestMethod -Method Post -Uri "$endpoint/token" -Body $grant).access_token
        }
        catch {
            $problem = Get-Problem $_
            $state = if ($problem -and $problem.PSObject.Properties['error']) { $problem.error } else { '' }
            if ($state -eq 'slow_down') { $interval += 5 }
            elseif ($state -ne 'authorization_pending') { throw }
        }
    }
}

# --- HTTP ----------------------------------------------------------------------------------------

# Gives the octets of the answer; throws with what the authority says is wrong and what mends it.
function Invoke-Authority($method, $path, $headers, [byte[]] $body = $null, $certificate = $null) {
    $options = @{
        Uri             = "$Url$path"
        Method          = $method
        Headers         = $headers
        UseBasicParsing = $true
        TimeoutSec      = 60
    }
    if ($body) {
        $options.Body = $body
        $options.ContentType = 'application/pkcs10'
    }
    if ($certificate) { $options.Certificate = $certificate }
    try {
        return , (Invoke-WebRequest @options).RawContentStream.ToArray()
    }
    catch {
        $problem = Get-Problem $_
        if (-not $problem -or -not $problem.PSObject.Properties['detail']) { throw }
        $remedy = if ($problem.PSObject.Properties['remedy']) { " $($problem.remedy)" } else { '' }
        throw "$($problem.detail)$remedy"
    }
}

# The JSON body of a failed call, or nothing. PowerShell 5.1 leaves it in the response stream.
function Get-Problem($failure) {
    $text = if ($failure.ErrorDetails) { $failure.ErrorDetails.Message } else { $null }
    $response = if ($failure.Exception.PSObject.Properties['Response']) { $failure.Exception.Response } else { $null }
    if (-not $text -and $response -is [Net.HttpWebResponse]) {
        $stream = $response.GetResponseStream()
        $stream.Position = 0
        $text = (New-Object IO.StreamReader $stream).ReadToEnd()
    }
    try { return ConvertFrom-Json $text } catch { return $null }
}

function ConvertFrom-Bytes([byte[]] $bytes) {
    return ConvertFrom-Json ([Text.Encoding]::UTF8.GetString($bytes))
}

# --- Scheduled task ------------------------------------------------------------------------------

function Install-Task {
    if (-not $OnWindows) { throw 'Scheduled tasks are of Windows; elsewhere use latchkey-enroll.sh.' }
    if ($PfxPath) { throw 'A task would need the password of the PFX file; it works with the certificate store.' }
    if (-not $PSCmdlet.ShouldProcess('Latchkey renewal', 'install the scheduled task')) { return }
    # From a copy that others cannot write: SYSTEM must not run what lies in a download folder.
    $base = if ($StoreLocation -eq 'LocalMachine') { $env:ProgramFiles } else { $env:LOCALAPPDATA }
    $folder = Join-Path $base 'Latchkey'
    [void] (New-Item -ItemType Directory -Path $folder -Force)
    $copy = Join-Path $folder 'latchkey-enroll.ps1'
    if ($PSCommandPath -ne $copy) { Copy-Item -LiteralPath $PSCommandPath -Destination $copy -Force }
    $arguments = "-NoProfile -ExecutionPolicy Bypass -File `"$copy`" Auto -Url `"$Url`" " +
        "-StoreLocation $StoreLocation -KeyType $KeyType -RenewDays $RenewDays"
    if ($Tpm) { $arguments += ' -Tpm' }
    $action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument $arguments
    $trigger = New-ScheduledTaskTrigger -Daily -At '10:00' -RandomDelay (New-TimeSpan -Hours 6)
    $settings = New-ScheduledTaskSettingsSet -StartWhenAvailable -RunOnlyIfNetworkAvailable
    $options = @{ TaskName = 'Latchkey renewal'; Action = $action; Trigger = $trigger; Settings = $settings; Force = $true }
    if ($StoreLocation -eq 'LocalMachine') {
        $options.Principal = New-ScheduledTaskPrincipal -UserId 'SYSTEM' -LogonType ServiceAccount
    }
    [void] (Register-ScheduledTask @options)
    Write-Output 'The task "Latchkey renewal" runs every day.'
}

Invoke-Main
