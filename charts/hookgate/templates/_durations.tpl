{{/* Milliseconds of a duration such as `90s`, `2.5m` or `7d`; the schema has checked its form. */}}
{{- define "hookgate.milliseconds" -}}
{{- $text := toString . -}}
{{- $number := regexFind "^[0-9.]+" $text | float64 -}}
{{- $unit := regexFind "[a-z]+$" $text -}}
{{- $factor := get (dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 "d" 86400000) $unit | float64 -}}
{{- mulf $number $factor | ceil | int64 -}}
{{- end -}}

{{/*
How long a pod may take to stop: it goes on accepting for the drain delay, then waits for what is in flight: at most the
time of a body, the upstream timeout, and the shared store's for the claim and the record. 15 s to spare, for the store's
last flush and a slow node.
*/}}
{{- define "hookgate.stopSeconds" -}}
{{- $timeout := include "hookgate.milliseconds" .Values.upstream.timeout | int64 -}}
{{- range .Values.routes -}}
{{- with dig "upstream" "timeout" "" . }}{{ $timeout = max $timeout (include "hookgate.milliseconds" . | int64) }}{{ end -}}
{{- end -}}
{{- $body := include "hookgate.milliseconds" .Values.limits.bodyTime | int64 -}}
{{- $store := 0 -}}
{{- if eq .Values.duplicates.store "redis" }}{{ $store = include "hookgate.milliseconds" .Values.duplicates.redis.timeout | int64 }}{{ end -}}
{{- $milliseconds := add (include "hookgate.milliseconds" .Values.drain.delay | int64) $body $timeout $store $store -}}
{{- add (divf $milliseconds 1000 | ceil | int64) 15 -}}
{{- end -}}

{{- define "hookgate.replicas" -}}
{{- if .Values.autoscaling.enabled -}}{{ .Values.autoscaling.minReplicas | int64 }}{{- else -}}{{ .Values.replicaCount | int64 }}{{- end -}}
{{- end -}}
