{{/*
The routes with all that holds for each, as a JSON list. What a sender's profile says comes from files/schemes.yaml.
Where a route has a Secret or a list of its own, it is mounted apart: /etc/hookgate/routes/ROUTE/keys and so on.
*/}}
{{- define "hookgate.routes" -}}
{{- $v := .Values -}}
{{- $known := include "hookgate.senders" . | fromYaml -}}
{{- $full := include "hookgate.fullname" . -}}
{{- $routes := list -}}
{{- range $index, $given := $v.routes -}}
{{- $name := include "hookgate.routeName" $given -}}
{{- $slug := include "hookgate.routeSlug" $name -}}
{{- $keys := $given.keys | default dict -}}
{{- $allowlist := $given.allowlist | default dict -}}
{{- $upstream := $given.upstream | default dict -}}
{{- $listed := not (empty (or $allowlist.addresses $allowlist.existingConfigMap)) -}}
{{- $ownSigning := dig "signing" "existingSecret" "" $upstream -}}
{{- $route := dict
  "index" $index
  "name" $name
  "path" $given.path
  "slug" $slug
  "directory" (printf "/etc/hookgate/routes/%s" $name)
  "given" $given
  "scheme" (include "hookgate.schemeOf" (dict "scheme" ($given.scheme | default $known.default) "known" $known) | fromJson)
  "events" ($given.events | default (list "*"))
  "unsignedFields" ($given.unsignedFields | default "strip")
  "hasKeys" (not (empty (or $keys.existingSecret $keys.values)))
  "keysSecret" ($keys.existingSecret | default (printf "%s-keys-%s" $full $slug))
  "hasAllowlist" $listed
  "allowlistMode" ($allowlist.mode | default $v.allowlist.mode | toString)
  "allowlistConfigMap" ($allowlist.existingConfigMap | default (printf "%s-allowlist-%s" $full $slug))
  "addresses" ($listed | ternary $allowlist.addresses $v.allowlist.addresses | default list)
  "isListed" (or $listed (not (empty (or $v.allowlist.addresses $v.allowlist.existingConfigMap))))
  "checksumMode" (dig "checksum" "mode" "" $given | default $v.checksum.mode)
  "caConfigMap" ($upstream.caConfigMap | default "")
  "upstreamUrl" ($upstream.url | default $v.upstream.url | default "")
  "connectTimeout" ($upstream.connectTimeout | default $v.upstream.connectTimeout)
  "timeout" ($upstream.timeout | default $v.upstream.timeout)
  "hasSigning" (not (empty $ownSigning))
  "signingSecret" ($ownSigning | default $v.upstream.signing.existingSecret)
  "replacesSigning" (dig "signing" "replace" $v.upstream.signing.replace $upstream)
  "retention" ($given.retention | default $v.duplicates.retention)
-}}
{{- $routes = append $routes $route -}}
{{- end -}}
{{- toJson $routes -}}
{{- end -}}

{{/* The file, which a context made for the sidecar has not. */}}
{{- define "hookgate.senders" -}}
{{- if .Files }}{{ .Files.Get "files/schemes.yaml" }}{{ else }}{{ .Senders }}{{ end -}}
{{- end -}}

{{/* A route's name as part of an object's: what is too long, or no part of one, ends in a hash of the whole. */}}
{{- define "hookgate.routeSlug" -}}
{{- if regexMatch "^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$" . -}}
{{ . }}
{{- else -}}
{{ printf "%s-%s" (replace "_" "-" . | trunc 20 | trimSuffix "-") (sha256sum . | trunc 8) }}
{{- end -}}
{{- end -}}

{{/*
What a route's scheme means, as src/schemes/compile.ts has it, as far as other values depend on it. Takes `scheme`, a
profile's name or a map whose keys override the profile's, also where they are empty, and `known`. Gives JSON.
*/}}
{{- define "hookgate.schemeOf" -}}
{{- $own := kindIs "string" .scheme | ternary (dict "profile" .scheme) .scheme -}}
{{- $profile := get $own "profile" | default "custom" -}}
{{- $scheme := dict "profile" $profile -}}
{{- range $key, $value := get .known.profiles $profile -}}
{{- $_ := set $scheme $key (hasKey $own $key | ternary (get $own $key) $value) -}}
{{- end -}}
{{- with get $own "timestamp" -}}
{{- if hasKey . "from" }}{{ $_ := set $scheme "timeFrom" .from }}{{ end -}}
{{- with .tolerance }}{{ $_ := set $scheme "tolerance" . }}{{ end -}}
{{- $_ := set $scheme "toleratesNoTime" (and (or .tolerance .unit) (not (hasKey . "from")) (not $scheme.timeFrom)) -}}
{{- end -}}
{{- $message := eq $scheme.algorithm "equals" | ternary "" $scheme.message -}}
{{- $pointers := list -}}
{{- range regexFindAll "[{]json:[^@}]+" $message -1 }}{{ $pointers = append $pointers (trimPrefix "{json:/" .) }}{{ end -}}
{{- $body := contains "{body" $message -}}
{{- $_ := set $scheme "covers" ($body | ternary "body" ($pointers | empty | ternary "nothing" "members")) -}}
{{- $_ := set $scheme "pointers" $pointers -}}
{{- $_ := set $scheme "needsPublicUrl" (and (contains "{url}" $message) (not (get $own "publicUrl"))) -}}
{{- $_ := set $scheme "hasWays" (contains "@" $message) -}}
{{- range $what := list "event" "id" -}}
{{- $place := get $scheme $what -}}
{{- $signed := false -}}
{{- if hasPrefix "json:/" $place -}}
{{- $signed = $body -}}
{{- range $pointers }}{{ if hasPrefix (printf "%s/" .) (printf "%s/" (trimPrefix "json:/" $place)) }}{{ $signed = true }}{{ end }}{{ end -}}
{{- else if $place -}}
{{- $signed = contains (printf "{%s}" (lower $place)) (lower $message) -}}
{{- end -}}
{{- $_ := set $scheme (printf "%sIsSigned" $what) $signed -}}
{{- end -}}
{{- $window := eq $scheme.triesAgainFor "none" | ternary "0ms" (eq $scheme.triesAgainFor "unknown" | ternary "72h" $scheme.triesAgainFor) -}}
{{- $_ := set $scheme "window" $window -}}
{{- toJson $scheme -}}
{{- end -}}

{{/* Not empty where a route takes the keys of `keys`, or the addresses of `allowlist`: else nothing reads them. */}}
{{- define "hookgate.usesCommonKeys" -}}
{{- if or .Values.existingConfigMap .Values.keys.existingSecret .Values.keys.values -}}true
{{- else -}}
{{- range include "hookgate.routes" . | fromJsonArray }}{{ if not .hasKeys }}true{{ end }}{{ end -}}
{{- end -}}
{{- end -}}

{{- define "hookgate.usesCommonAllowlist" -}}
{{- if or .Values.existingConfigMap .Values.allowlist.existingConfigMap .Values.allowlist.addresses -}}true
{{- else -}}
{{- range include "hookgate.routes" . | fromJsonArray }}{{ if not .hasAllowlist }}true{{ end }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* A route as it stands in hookgate.yaml, as JSON. */}}
{{- define "hookgate.routeConfig" -}}
{{- $route := dict "name" .name "path" .path -}}
{{- $given := .given -}}
{{- range $key := list "events" "unsignedFields" "scheme" "retention" "repeatable" -}}
{{- with get $given $key }}{{ $_ := set $route $key . }}{{ end -}}
{{- end -}}
{{- with $given.checksum -}}
{{- $checksum := dict -}}
{{- with .mode }}{{ $_ := set $checksum "mode" . }}{{ end -}}
{{- with .encodings }}{{ $_ := set $checksum "encodings" . }}{{ end -}}
{{- if $checksum }}{{ $_ := set $route "checksum" $checksum }}{{ end -}}
{{- end -}}
{{- if .hasKeys }}{{ $_ := set $route "keysDirectory" (printf "%s/keys" .directory) }}{{ end -}}
{{- $allowlist := dict -}}
{{- with dig "allowlist" "mode" "" $given }}{{ $_ := set $allowlist "mode" . }}{{ end -}}
{{- if .hasAllowlist }}{{ $_ := set $allowlist "file" (printf "%s/allowlist/allowlist.yaml" .directory) }}{{ end -}}
{{- if $allowlist }}{{ $_ := set $route "allowlist" $allowlist }}{{ end -}}
{{- $upstream := dict -}}
{{- range $key, $value := omit ($given.upstream | default dict) "signing" "caConfigMap" -}}
{{- if kindIs "string" $value }}{{ with $value }}{{ $_ := set $upstream $key . }}{{ end }}{{ else }}{{ $_ := set $upstream $key (int64 $value) }}{{ end -}}
{{- end -}}
{{- if .caConfigMap }}{{ $_ := set $upstream "caFile" (printf "%s/ca/ca.crt" .directory) }}{{ end -}}
{{- $signing := dict -}}
{{- if .hasSigning }}{{ $_ := set $signing "keysDirectory" (printf "%s/signing" .directory) }}{{ end -}}
{{- if hasKey (dig "upstream" "signing" dict $given) "replace" }}{{ $_ := set $signing "replace" $given.upstream.signing.replace }}{{ end -}}
{{- if $signing }}{{ $_ := set $upstream "signing" $signing }}{{ end -}}
{{- if $upstream }}{{ $_ := set $route "upstream" $upstream }}{{ end -}}
{{- toJson $route -}}
{{- end -}}

{{- define "hookgate.routeMounts" -}}
{{- range include "hookgate.routes" . | fromJsonArray }}
{{- if .hasKeys }}
- name: hookgate-keys-{{ .slug }}
  mountPath: {{ .directory }}/keys
  readOnly: true
{{- end }}
{{- if .hasAllowlist }}
- name: hookgate-allowlist-{{ .slug }}
  mountPath: {{ .directory }}/allowlist
  readOnly: true
{{- end }}
{{- if .caConfigMap }}
- name: hookgate-ca-{{ .slug }}
  mountPath: {{ .directory }}/ca
  readOnly: true
{{- end }}
{{- if .hasSigning }}
- name: hookgate-signing-{{ .slug }}
  mountPath: {{ .directory }}/signing
  readOnly: true
{{- end }}
{{- end }}
{{- end -}}

{{/* As those of the whole release: mode 0444, and a Secret that is missing is the gate's to say. */}}
{{- define "hookgate.routeVolumes" -}}
{{- range include "hookgate.routes" . | fromJsonArray }}
{{- if .hasKeys }}
- name: hookgate-keys-{{ .slug }}
  secret:
    secretName: {{ .keysSecret }}
    defaultMode: 0444
    optional: true
{{- end }}
{{- if .hasAllowlist }}
- name: hookgate-allowlist-{{ .slug }}
  configMap:
    name: {{ .allowlistConfigMap }}
    defaultMode: 0444
{{- end }}
{{- if .caConfigMap }}
- name: hookgate-ca-{{ .slug }}
  configMap:
    name: {{ .caConfigMap }}
    defaultMode: 0444
{{- end }}
{{- if .hasSigning }}
- name: hookgate-signing-{{ .slug }}
  secret:
    secretName: {{ .signingSecret }}
    defaultMode: 0444
    optional: true
{{- end }}
{{- end }}
{{- end -}}
