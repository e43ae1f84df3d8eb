{{/* hookgate.yaml, from the values. Whole numbers go through int64, since Helm reads them as floats. */}}
{{- define "hookgate.config" -}}
{{- $v := .Values -}}
{{- $listen := dict "port" (int64 $v.listen.port) "keepAlive" $v.listen.keepAlive -}}
{{- if $v.listen.tls.existingSecret -}}
{{- $_ := set $listen "tls" (dict "certFile" "/etc/hookgate/tls/tls.crt" "keyFile" "/etc/hookgate/tls/tls.key" "minVersion" $v.listen.tls.minVersion) -}}
{{- end -}}
{{- $upstream := dict "connectTimeout" $v.upstream.connectTimeout "timeout" $v.upstream.timeout "connections" (int64 $v.upstream.connections) "keepAlive" $v.upstream.keepAlive -}}
{{- with $v.upstream.url }}{{ $_ := set $upstream "url" . }}{{ end -}}
{{- if $v.upstream.caConfigMap -}}
{{- $_ := set $upstream "caFile" "/etc/hookgate/upstream-ca/ca.crt" -}}
{{- end -}}
{{- if $v.upstream.signing.existingSecret -}}
{{- $_ := set $upstream "signing" (dict "keysDirectory" "/etc/hookgate/signing" "replace" $v.upstream.signing.replace) -}}
{{- end -}}
{{- $duplicates := dict "store" $v.duplicates.store "retention" $v.duplicates.retention "lease" $v.duplicates.lease "whenStoreDown" $v.duplicates.whenStoreDown -}}
{{- if eq $v.duplicates.store "embedded" -}}
{{- $_ := set $duplicates "embedded" (dict "file" "/var/lib/hookgate/events.db") -}}
{{- end -}}
{{- if eq $v.duplicates.store "redis" -}}
{{- $redis := dict "minReplicas" (int64 $v.duplicates.redis.minReplicas) "timeout" $v.duplicates.redis.timeout "keyPrefix" $v.duplicates.redis.keyPrefix -}}
{{- with $v.duplicates.redis.url }}{{ $_ := set $redis "url" . }}{{ end -}}
{{- if $v.valkey.enabled }}{{ $_ := set $redis "url" (printf "redis://%s.%s.svc:6379" (include "hookgate.valkeyName" .) .Release.Namespace) }}{{ end -}}
{{- with $v.duplicates.redis.sentinels }}{{ $_ := set $redis "sentinels" . }}{{ end -}}
{{- with $v.duplicates.redis.master }}{{ $_ := set $redis "master" . }}{{ end -}}
{{- if $v.valkey.enabled -}}
{{- $_ := set $redis "passwordFile" "/etc/hookgate/redis/password" -}}
{{- else if $v.duplicates.redis.existingSecret -}}
{{- range $setting, $entry := dict "passwordFile" $v.duplicates.redis.secretKey "userFile" $v.duplicates.redis.userKey "sentinelPasswordFile" $v.duplicates.redis.sentinelSecretKey -}}
{{- with $entry }}{{ $_ := set $redis $setting (printf "/etc/hookgate/redis/%s" .) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- if include "hookgate.redisCa" . }}{{ $_ := set $redis "caFile" "/etc/hookgate/redis-ca/ca.crt" }}{{ end -}}
{{- $_ := set $duplicates "redis" $redis -}}
{{- end -}}
{{- $routes := list -}}
{{- range include "hookgate.routes" . | fromJsonArray }}{{ $routes = append $routes (include "hookgate.routeConfig" . | fromJson) }}{{ end -}}
{{- $limits := dict -}}
{{- range $name, $value := $v.limits -}}
{{- if kindIs "string" $value }}{{ $_ := set $limits $name $value }}{{ else }}{{ $_ := set $limits $name (int64 $value) }}{{ end -}}
{{- end -}}
{{- if not $limits.bufferedBytes -}}
{{- $_ := unset $limits "bufferedBytes" -}}
{{- with $v.resources.limits }}{{ with .memory -}}
{{- $bytes := include "hookgate.bytes" . | int64 -}}
{{- if ge $bytes 1048576 }}{{ $_ := set $limits "bufferedBytes" (printf "%dKiB" (div $bytes 4096)) }}{{ end -}}
{{- end }}{{ end -}}
{{- end -}}
{{- $admin := dict "port" (int64 $v.admin.port) -}}
{{- with $v.admin.hosts }}{{ $_ := set $admin "hosts" . }}{{ end -}}
{{- dict
  "listen" $listen
  "admin" $admin
  "upstream" $upstream
  "clientAddress" (dict "from" $v.clientAddress.from "trustedProxies" ($v.clientAddress.trustedProxies | default list))
  "allowlist" (dict "mode" $v.allowlist.mode "file" "/etc/hookgate/allowlist/allowlist.yaml")
  "checksum" (dict "mode" $v.checksum.mode "keysDirectory" "/etc/hookgate/keys" "encodings" $v.checksum.encodings)
  "duplicates" $duplicates
  "routes" $routes
  "otherPaths" $v.otherPaths
  "denyPaths" ($v.denyPaths | default list)
  "limits" $limits
  "drain" (dict "delay" $v.drain.delay)
  "log" (dict "level" $v.log.level)
  | toYaml -}}
{{- end -}}

{{/* A route's name: its own, or the last part of its path in a form that a metric's label likes. */}}
{{- define "hookgate.routeName" -}}
{{- if .name -}}{{ .name }}{{- else -}}{{ regexReplaceAll "[^a-z0-9_-]" (.path | trimAll "/" | base | lower) "-" | trimAll "-_." | trunc 63 | default "webhook" }}{{- end -}}
{{- end -}}
