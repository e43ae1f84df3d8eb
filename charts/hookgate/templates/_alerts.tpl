{{/*
How long an undelivered event may wait before an alert of an age fires: an hour or a quarter of its sender's window, half
of it, five sixths of it; for Juicyway's 48 hours 1, 24 and 40. One expression for all routes where they agree. Of a
sender that never tries again only the first is of use. Takes `routes` and `age`.
*/}}
{{- define "hookgate.undelivered" -}}
{{- $groups := dict -}}
{{- $age := .age -}}
{{- range .routes -}}
{{- $window := div (include "hookgate.milliseconds" .scheme.window | int64) 1000 -}}
{{- $limit := 0 -}}
{{- if eq $age "1H" }}{{ $limit = and $window (lt (div $window 4) 3600) | ternary (div $window 4) 3600 }}{{ end -}}
{{- if eq $age "24H" }}{{ $limit = div $window 2 }}{{ end -}}
{{- if eq $age "40H" }}{{ $limit = div (mul $window 5) 6 }}{{ end -}}
{{- if $limit }}{{ $_ := set $groups (toString $limit) (append (get $groups (toString $limit) | default list) .name) }}{{ end -}}
{{- end -}}
{{- $parts := list -}}
{{- $all := len .routes -}}
{{- range $limit, $names := $groups -}}
{{- $only := eq (len $names) $all | ternary "" (printf ",route=~\"%s\"" (join "|" $names)) -}}
{{- $parts = append $parts (printf "max by (namespace, job, route) (hookgate_oldest_undelivered_seconds{namespace=\"__NAMESPACE__\"%s}) > %s" $only $limit) -}}
{{- end -}}
{{- join " or " $parts | default "vector(0) > 1" -}}
{{- end -}}

{{/*
What selects the series of the release's own gateway, so that neither another release in its namespace nor a guarded pod
stands in for one that is gone. Prometheus' operator calls a job by the Service of a ServiceMonitor, or by the PodMonitor;
without either of them nothing is known but the namespace.
*/}}
{{- define "hookgate.gatewaySeries" -}}
{{- $jobs := list -}}
{{- if and (eq .Values.shape "gateway") .Values.serviceMonitor.enabled -}}
{{- $jobs = append $jobs (printf "%s-admin" (include "hookgate.fullname" .)) -}}
{{- end -}}
{{- if .Values.podMonitor.enabled -}}
{{- $jobs = append $jobs (printf "%s/%s" .Release.Namespace (include "hookgate.fullname" .)) -}}
{{- end -}}
namespace={{ .Release.Namespace | quote }}
{{- if $jobs -}},job=~{{ join "|" $jobs | quote }}{{- end -}}
{{- end -}}

{{/* The same of what a PodMonitor of the chart watches beside the gates: the injector, or the lookout. */}}
{{- define "hookgate.lookerSeries" -}}
namespace={{ .Release.Namespace | quote }}
{{- if .Values.podMonitor.enabled -}}
,job="{{ .Release.Namespace }}/{{ eq .Values.injector.mode "webhook" | ternary (include "hookgate.injectorName" .) (include "hookgate.lookoutName" .) }}"
{{- end -}}
{{- end -}}

{{/* How long each sender tries again, in words. Takes the routes. */}}
{{- define "hookgate.windows" -}}
{{- $told := list -}}
{{- range . -}}
{{- $told = append $told (eq .scheme.triesAgainFor "none" | ternary (printf "%s never" .name) (printf "%s for %s" .name .scheme.window)) -}}
{{- end -}}
{{- join ", " $told -}}
{{- end -}}

{{/* The groups of rules in a text, as a JSON list. Helm reads what is no YAML as an empty map, and would render no alert. */}}
{{- define "hookgate.groups" -}}
{{- $read := fromYaml . -}}
{{- if not $read.groups }}{{ fail (printf "the alerts cannot be read: %s" ($read.Error | default "they have no groups")) }}{{ end -}}
{{- toJson $read.groups -}}
{{- end -}}
