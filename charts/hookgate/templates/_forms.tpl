{{/*
The forms of the values that nobody can guess: upstream.url, the routes' paths, the two lists of addresses,
allowlist.mode, keys.existingSecret, and quantities. values.schema.json knows only their types, since a schema's refusal names a pattern and no remedy.
Gives the findings as a JSON list.
*/}}
{{- define "hookgate.formFindings" -}}
{{- $v := .Values -}}
{{- $found := list -}}
{{- with include "hookgate.urlFinding" . }}{{ $found = append $found . }}{{ end -}}
{{- range $index, $route := $v.routes -}}
{{- $at := printf "routes[%d]" $index -}}
{{- with include "hookgate.pathFinding" (dict "at" (printf "%s.path" $at) "path" $route.path "mayEndWithSlash" true) }}{{ $found = append $found . }}{{ end -}}
{{- with include "hookgate.modeFinding" (dict "at" (printf "%s.allowlist.mode" $at) "mode" (dig "allowlist" "mode" "" $route)) }}{{ $found = append $found . }}{{ end -}}
{{- with dig "allowlist" "addresses" "" $route -}}
{{- $found = concat $found (include "hookgate.rangesFindings" (dict "at" (printf "%s.allowlist.addresses" $at) "ranges" .) | fromJsonArray) -}}
{{- end -}}
{{- range $what := list "keys" "upstream.signing" -}}
{{- $map := $route -}}
{{- range splitList "." $what }}{{ $map = get $map . | default dict }}{{ end -}}
{{- with include "hookgate.secretNameFinding" (dict "at" (printf "%s.%s.existingSecret" $at $what) "name" ($map.existingSecret | default "") "what" "the key") }}{{ $found = append $found . }}{{ end -}}
{{- end -}}
{{- with dig "upstream" "url" "" $route -}}
{{- if not (regexMatch "^https?://[^\\s/@?#]+[^\\s@?#]*$" .) -}}
{{- $found = append $found (printf "%s.upstream.url is %q, which is no http or https URL without user, query and fragment. Name the application's Service: --set '%s.upstream.url=http://SERVICE.NAMESPACE.svc:PORT'" $at . $at) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $index, $path := $v.denyPaths -}}
{{- with include "hookgate.pathFinding" (dict "at" (printf "denyPaths[%d]" $index) "path" $path) }}{{ $found = append $found . }}{{ end -}}
{{- end -}}
{{- range $index, $path := $v.sidecar.denyPaths -}}
{{- with include "hookgate.pathFinding" (dict "at" (printf "sidecar.denyPaths[%d]" $index) "path" $path) }}{{ $found = append $found . }}{{ end -}}
{{- end -}}
{{- with include "hookgate.modeFinding" (dict "at" "allowlist.mode" "mode" $v.allowlist.mode) }}{{ $found = append $found . }}{{ end -}}
{{- $found = concat $found (include "hookgate.rangesFindings" (dict "at" "allowlist.addresses" "ranges" $v.allowlist.addresses) | fromJsonArray) -}}
{{- $found = concat $found (include "hookgate.rangesFindings" (dict "at" "clientAddress.trustedProxies" "ranges" $v.clientAddress.trustedProxies) | fromJsonArray) -}}
{{- with include "hookgate.secretNameFinding" (dict "at" "keys.existingSecret" "name" $v.keys.existingSecret "what" "the business ID") }}{{ $found = append $found . }}{{ end -}}
{{- with include "hookgate.secretNameFinding" (dict "at" "upstream.signing.existingSecret" "name" $v.upstream.signing.existingSecret "what" "the key") }}{{ $found = append $found . }}{{ end -}}
{{- range $at := list "resources" "valkey.resources" "sidecar.resources" "injector.resources" "injector.lookout.resources" -}}
{{- $resources := $v -}}
{{- range splitList "." $at }}{{ $resources = get $resources . | default dict }}{{ end -}}
{{- $found = concat $found (include "hookgate.resourcesFindings" (dict "at" $at "resources" $resources) | fromJsonArray) -}}
{{- end -}}
{{- toJson $found -}}
{{- end -}}

{{/*
The API server looks at a sidecar's resources only when a pod is made, after an installation that went well: so they are
judged here. Takes `at` and `resources`. Gives a JSON list.
*/}}
{{- define "hookgate.resourcesFindings" -}}
{{- $at := .at -}}
{{- $found := list -}}
{{- $good := dict -}}
{{- range $part := list "requests" "limits" -}}
{{- range $name, $value := get $.resources $part | default dict -}}
{{- $where := printf "%s.%s.%s" $at $part $name -}}
{{- if regexMatch "^[+]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+|[numkMGTPE]|[KMGTPE]i)?$" (toString $value) -}}
{{- $_ := set $good (printf "%s.%s" $part $name) $value -}}
{{- else -}}
{{- $example := eq $name "cpu" | ternary "a number of processors, such as 0.5 or 500m" "a number with Mi or Gi, such as 256Mi" -}}
{{- $found = append $found (printf "%s is %q, which is no quantity that Kubernetes knows. Write %s" $where (toString $value) $example) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $name, $limit := get .resources "limits" | default dict -}}
{{- $request := get $good (printf "requests.%s" $name) -}}
{{- if and (hasKey $good (printf "limits.%s" $name)) (hasKey $good (printf "requests.%s" $name)) -}}
{{- if gt (include "hookgate.amount" $request | float64) (include "hookgate.amount" $limit | float64) -}}
{{- $found = append $found (printf "%s.requests.%s is %v, more than %s.limits.%s, %v, and no pod can be made of that. Raise the limit" $at $name $request $at $name $limit) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $found -}}
{{- end -}}

{{/* `off` without quotes is false in YAML 1.1, which Helm reads. Takes `at` and `mode`. */}}
{{- define "hookgate.modeFinding" -}}
{{- if kindIs "bool" .mode -}}
{{- printf "%s is %v, which Helm makes of the word off where it stands without quotes. Write mode: \"off\"" .at .mode -}}
{{- end -}}
{{- end -}}

{{/* Takes `at`, `name` and `what` the Secret holds. */}}
{{- define "hookgate.secretNameFinding" -}}
{{- if and .name (not (regexMatch "^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$" .name)) -}}
{{- printf "%s is %q, and no Secret can be called that. Give the name of the Secret that holds %s, not %s itself: --set '%s=hookgate-keys'" .at .name .what .what .at -}}
{{- end -}}
{{- end -}}

{{- define "hookgate.urlFinding" -}}
{{- $url := .Values.upstream.url | default "" -}}
{{- $own := include "hookgate.fullname" . -}}
{{- $names := list $own (printf "%s.%s" $own .Release.Namespace) (printf "%s.%s.svc" $own .Release.Namespace) (printf "%s.%s.svc.cluster.local" $own .Release.Namespace) -}}
{{- $host := regexReplaceAll "^https?://([^:/]*).*$" $url "${1}" -}}
{{- if not $url -}}
{{- else if not (regexMatch "^[a-z]+://" $url) -}}
{{- printf "upstream.url is %q, without http:// or https:// before it. Write --set upstream.url=http://%s" $url $url -}}
{{- else if not (regexMatch "^https?://[^\\s/]" $url) -}}
{{- printf "upstream.url is %q, which is neither http nor https. Name the application's Service: --set upstream.url=http://SERVICE.NAMESPACE.svc:PORT" $url -}}
{{- else if contains "@" $url -}}
{{- printf "upstream.url carries a user or a password, which Hookgate does not send. Leave them out: --set upstream.url=http://SERVICE.NAMESPACE.svc:PORT" -}}
{{- else if regexMatch "[\\s?#]" $url -}}
{{- printf "upstream.url is %q, with a space, a query or a fragment. Leave that out: --set upstream.url=http://SERVICE.NAMESPACE.svc:PORT" $url -}}
{{- else if and (eq .Values.shape "gateway") (has $host $names) -}}
{{- printf "upstream.url is %q, which is this gate's own Service, so that it would forward to itself. Name the application's Service: --set upstream.url=http://SERVICE.NAMESPACE.svc:PORT" $url -}}
{{- end -}}
{{- end -}}

{{/* As src/config/route-path.ts judges it. Takes `at` and `path`. */}}
{{- define "hookgate.pathFinding" -}}
{{- $plain := printf "Give the path of the webhook as the provider calls it: --set '%s=/webhooks/juicyway'" .at -}}
{{- if not .path -}}
{{- printf "%s is empty. %s" .at $plain -}}
{{- else if regexMatch "^[a-z]+://" .path -}}
{{- printf "%s is %q, a whole URL. Give its path alone: --set '%s=%s'" .at .path .at (regexReplaceAll "^[a-z]+://[^/]*" .path "" | default "/webhooks/juicyway") -}}
{{- else if not (hasPrefix "/" .path) -}}
{{- printf "%s is %q, which does not begin with a slash. Write --set '%s=/%s'" .at .path .at .path -}}
{{- else if and (hasSuffix "/" .path) (ne .path "/") (not (and .mayEndWithSlash (not (hasSuffix "//" .path)))) -}}
{{- printf "%s is %q, with a slash at its end, under which the provider's events would not be found. Write --set '%s=%s'" .at .path .at (.path | trimAll "/" | printf "/%s") -}}
{{- else if regexMatch "[?#]" .path -}}
{{- printf "%s is %q, with a query or a fragment, which take no part in the comparison. Write --set '%s=%s'" .at .path .at (regexReplaceAll "[?#].*$" .path "") -}}
{{- else if or (gt (len .path) 1024) (not (regexMatch "^/([A-Za-z0-9._~!$&'()*+,=:@-]+(/[A-Za-z0-9._~!$&'()*+,=:@-]+)*/?)?$" .path)) (regexMatch "/\\.\\.?(/|$)" .path) -}}
{{- printf "%s is %q, which can be read in more than one way (percent-encoding, an empty or dot segment, or a character that no path has). %s" .at .path $plain -}}
{{- end -}}
{{- end -}}

{{/* Takes `at` and `ranges`, whose entries are texts or maps with `address`. Gives a JSON list. */}}
{{- define "hookgate.rangesFindings" -}}
{{- $found := list -}}
{{- $at := .at -}}
{{- if kindIs "string" .ranges -}}
{{- $found = append $found (printf "%s is the text %q and has to be a list. Write it in braces: --set '%s={%s}'" $at .ranges $at (default "203.0.113.7" .ranges)) -}}
{{- else -}}
{{- range $index, $entry := .ranges -}}
{{- $text := $entry -}}
{{- if kindIs "map" $entry }}{{ $text = $entry.address }}{{ end -}}
{{- with include "hookgate.rangeProblem" $text }}{{ $found = append $found (printf "%s[%d] is %q: %s" $at $index $text .) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- toJson $found -}}
{{- end -}}

{{/* What is wrong with an address or a range, as src/addresses/range.ts judges it, but for the host bits of IPv6. */}}
{{- define "hookgate.rangeProblem" -}}
{{- $address := regexReplaceAll "/.*$" . "" -}}
{{- $prefix := regexFind "/.*$" . | trimPrefix "/" -}}
{{- $ranged := contains "/" . -}}
{{- $octet := "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])" -}}
{{- $ipv4 := printf "(%s\\.){3}%s" $octet $octet -}}
{{- if regexMatch (printf "^%s$" $ipv4) $address -}}
{{- if and $ranged (not (regexMatch "^(3[0-2]|[12]?[0-9])$" $prefix)) -}}
{{- printf "after the slash of an IPv4 range stands a number from 0 to 32, such as %s/24 for 256 addresses" (regexReplaceAll "[0-9]+$" $address "0") -}}
{{- else if $ranged -}}
{{- include "hookgate.hostBits" (dict "address" $address "prefix" (int $prefix)) -}}
{{- end -}}
{{- else if contains ":" $address -}}
{{- $groups := regexReplaceAll (printf ":%s$" $ipv4) $address ":0:0" -}}
{{- $halves := splitList "::" $groups -}}
{{- $count := 0 -}}
{{- $good := le (len $halves) 2 -}}
{{- range $half := $halves -}}
{{- if $half -}}
{{- range $group := splitList ":" $half -}}
{{- $count = add1 $count -}}
{{- if not (regexMatch "^[0-9a-fA-F]{1,4}$" $group) }}{{ $good = false }}{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $full := ternary (eq (int $count) 8) (le (int $count) 7) (eq (len $halves) 1) -}}
{{- if not (and $good $full) -}}
that is no IPv6 address. Write it like 2001:db8::7 or 2001:db8:42::/48
{{- else if and $ranged (not (regexMatch "^(12[0-8]|1[01][0-9]|[1-9]?[0-9])$" $prefix)) -}}
after the slash of an IPv6 range stands a number from 0 to 128, such as 2001:db8:42::/48
{{- end -}}
{{- else -}}
that is no address and no range. Host names cannot be listed; write numbers, such as 203.0.113.7 or 203.0.113.0/24
{{- end -}}
{{- end -}}

{{/* An IPv4 range whose address is not the first of it: one address may be meant, or the network. */}}
{{- define "hookgate.hostBits" -}}
{{- $number := 0 -}}
{{- range splitList "." .address }}{{ $number = add (mul $number 256) (int64 .) }}{{ end -}}
{{- $size := 1 -}}
{{- range until (sub 32 .prefix | int) }}{{ $size = mul $size 2 }}{{ end -}}
{{- $first := sub $number (mod $number $size) -}}
{{- if ne (int64 $first) (int64 $number) -}}
{{- $network := printf "%d.%d.%d.%d" (div $first 16777216) (mod (div $first 65536) 256) (mod (div $first 256) 256) (mod $first 256) -}}
{{- printf "it is not the first address of its range. Write %s/%d for the range, or %s for the one address" $network .prefix .address -}}
{{- end -}}
{{- end -}}
