{{/*
What a route's values may not say together: the rules of src/config/route-checks.ts and cross-checks.ts, told in values
and with the remedy. Gives the findings as a JSON list.
*/}}
{{- define "hookgate.routeFindings" -}}
{{- $v := .Values -}}
{{- $ns := .Release.Namespace -}}
{{- $default := (include "hookgate.senders" . | fromYaml).default -}}
{{- $routes := include "hookgate.routes" . | fromJsonArray -}}
{{- $found := list -}}
{{- $bare := dict -}}
{{- $signs := dict -}}
{{- $verifies := dict -}}
{{- range $routes -}}
{{- if .hasKeys }}{{ $_ := set $verifies .keysSecret .name }}{{ else }}{{ $_ := set $verifies (include "hookgate.keysSecretName" $) .name }}{{ end -}}
{{- end -}}
{{- range $routes -}}
{{- $at := printf "routes[%d]" (int .index) -}}
{{- $scheme := .scheme -}}
{{- $who := printf "%s (%s)" $at .name -}}
{{- $keys := .given.keys | default dict -}}

{{- $plain := .path | lower | trimSuffix "/" -}}
{{- with get $bare $plain -}}
{{- $found = append $found (printf "%s has the same path as route %s, but for upper and lower case or a slash at the end, and some routers do not tell them apart. Give it another path" $who .) -}}
{{- end -}}
{{- $_ := set $bare $plain .name -}}

{{- if and $keys.existingSecret $keys.values -}}
{{- $found = append $found (printf "%s.keys.existingSecret and %s.keys.values are both given, and only one Secret can be mounted. Put all keys into the one that you keep, and empty the other" $at $at) -}}
{{- end -}}
{{- $own := list -}}
{{- if .hasKeys }}{{ $own = append $own "keys" }}{{ end -}}
{{- if .hasAllowlist }}{{ $own = append $own "allowlist" }}{{ end -}}
{{- if and $own (include "hookgate.injects" $) -}}
{{- $key := printf "%s.%s" (last $own) .name -}}
{{- if or (gt (len $key) 63) (not (regexMatch "[a-z0-9]$" $key)) -}}
{{- $found = append $found (printf "%s has %s of its own, which a guarded pod may name in the annotation hookgate.io/%s, and that is no key of an annotation: what stands after the slash has at most 63 characters and ends in a letter or a digit. Give the route a shorter name: --set '%s.name=%s'" $who (join " and " $own) $key $at (.name | trunc 20 | trimAll "-_")) -}}
{{- end -}}
{{- end -}}
{{- if and (not .hasKeys) (ne $scheme.profile $default) -}}
{{- $found = append $found (printf "%s has scheme %s and no keys of its own, and those of keys are %s's. Put the sender's key into a Secret (kubectl create secret generic hookgate-keys-%s --namespace %s --from-literal=live=KEY) and name that: --set '%s.keys.existingSecret=hookgate-keys-%s'" $who $scheme.profile $default .slug $ns $at .slug) -}}
{{- end -}}
{{- if not $scheme.signature -}}
{{- $found = append $found (printf "%s has scheme %s, and %s.scheme.signature does not say where its signature stands. Write header:NAME, header:NAME#tag or json:/member (docs/schemes.md)" $who $scheme.profile $at) -}}
{{- end -}}
{{- if $scheme.needsPublicUrl -}}
{{- $found = append $found (printf "%s has scheme %s, which signs the URL at which it was registered, and that is never taken from a request. Write it letter by letter: --set '%s.scheme.profile=%s,%s.scheme.publicUrl=https://HOST%s'" $who $scheme.profile $at $scheme.profile $at .path) -}}
{{- end -}}
{{- if and (dig "checksum" "encodings" list .given) (not $scheme.hasWays) -}}
{{- $found = append $found (printf "%s.checksum.encodings lists ways of writing, and scheme %s signs nothing that could be written in several. Leave it out" $at $scheme.profile) -}}
{{- end -}}

{{- if and (eq .allowlistMode "enforce") (not .isListed) -}}
{{- if or .given.allowlist (gt (len $routes) 1) -}}
{{- $found = append $found (printf "%s enforces an allowlist, and neither %s.allowlist.addresses nor allowlist.addresses has an address, so every event would be refused. List the sender's addresses: --set '%s.allowlist.addresses={203.0.113.7}', name a ConfigMap in %s.allowlist.existingConfigMap, or watch first with --set '%s.allowlist.mode=observe'" $who $at $at $at $at) -}}
{{- end -}}
{{- end -}}

{{- $starred := false -}}
{{- range .events }}{{ if contains "*" . }}{{ $starred = true }}{{ end }}{{ end -}}
{{- if and $scheme.event (not $scheme.eventIsSigned) $starred -}}
{{- $found = append $found (printf "%s has scheme %s, which does not sign the event's name: a captured body could be used once for each name that is let in. List the names without *: --set '%s.events={charge.success}'" $who $scheme.profile $at) -}}
{{- end -}}
{{- if and (not $scheme.event) (not (has "*" .events)) -}}
{{- $found = append $found (printf "%s.events lists names, and scheme %s says none of an event, so nothing would be forwarded. Leave events out" $at $scheme.profile) -}}
{{- end -}}

{{- if eq $scheme.covers "nothing" -}}
{{- if ne .allowlistMode "enforce" -}}
{{- $found = append $found (printf "%s has scheme %s, which proves nothing about the body, so that the sender's address is all there is, and its allowlist is not enforced (%s). Set --set '%s.allowlist.mode=enforce' with the sender's addresses in %s.allowlist.addresses" $who $scheme.profile .allowlistMode $at $at) -}}
{{- end -}}
{{- range .addresses -}}
{{- $address := kindIs "map" . | ternary (dict "of" .) (dict "of" (dict "address" .)) -}}
{{- if hasSuffix "/0" $address.of.address -}}
{{- $found = append $found (printf "%s has scheme %s, which proves nothing about the body, and its allowlist has %s, which is everybody. List the sender's addresses" $who $scheme.profile $address.of.address) -}}
{{- end -}}
{{- end -}}
{{- if eq .unsignedFields "reject" -}}
{{- $found = append $found (printf "%s.unsignedFields is reject, and scheme %s signs no field, so that every event would be refused. Set strip or forward" $at $scheme.profile) -}}
{{- end -}}
{{- else if eq $scheme.covers "members" -}}
{{- $deep := list -}}
{{- range $scheme.pointers }}{{ if contains "/" . }}{{ $deep = append $deep (printf "/%s" .) }}{{ end }}{{ end -}}
{{- $name := trimPrefix "json:/" $scheme.event -}}
{{- if and (hasPrefix "json:/" $scheme.event) (not $scheme.eventIsSigned) (contains "/" $name) }}{{ $deep = append $deep (printf "/%s" $name) }}{{ end -}}
{{- if and $deep (ne .unsignedFields "forward") -}}
{{- $found = append $found (printf "%s.unsignedFields is %s, and %s is no top-level member: what stands beside it is not signed and cannot be told apart. Set --set '%s.unsignedFields=forward'" $at .unsignedFields (join " and " $deep) $at) -}}
{{- end -}}
{{- end -}}

{{- if $scheme.toleratesNoTime -}}
{{- $found = append $found (printf "%s.scheme.timestamp has a tolerance or a unit, and nothing says where the signed time stands, so that none would be checked. Set %s.scheme.timestamp.from, such as header:X-Timestamp, or leave timestamp out" $at $at) -}}
{{- end -}}

{{- if .given.repeatable -}}
{{- if or $scheme.idIsSigned $scheme.timeFrom -}}
{{- $found = append $found (printf "%s.repeatable is given, and scheme %s signs %s, which tells genuine events apart already. Leave repeatable out" $at $scheme.profile ($scheme.idIsSigned | ternary "an id" "a time")) -}}
{{- else if not $scheme.event -}}
{{- $found = append $found (printf "%s.repeatable names events, and scheme %s says none. Leave repeatable out" $at $scheme.profile) -}}
{{- else if ne .allowlistMode "enforce" -}}
{{- $found = append $found (printf "%s.repeatable is given, and its allowlist is not enforced: anybody could use a captured body once per window. Set --set '%s.allowlist.mode=enforce'" $at $at) -}}
{{- end -}}
{{- end -}}

{{- $retention := include "hookgate.milliseconds" .retention | int64 -}}
{{- $key := hasKey .given "retention" | ternary (printf "%s.retention" $at) "duplicates.retention" -}}
{{- if le $retention (include "hookgate.milliseconds" $scheme.window | int64) -}}
{{- if eq $scheme.profile $default -}}
{{- $found = append $found (printf "%s is %s, but the sender repeats an event for %s hours, and one that is forgotten earlier reaches the application twice. Set more than %s, for example %s=7d" $key .retention (trimSuffix "h" $scheme.window) $scheme.window $key) -}}
{{- else -}}
{{- $found = append $found (printf "%s is %s, but the sender of route %s (scheme %s) tries again for %s, and an event that is forgotten earlier reaches the application twice. Set more than %s, for example --set '%s=7d'" $key .retention .name $scheme.profile $scheme.window $scheme.window $key) -}}
{{- end -}}
{{- else if and $scheme.timeFrom (le $retention (mul 2 (include "hookgate.milliseconds" $scheme.tolerance | int64))) -}}
{{- $found = append $found (printf "%s is %s, not longer than twice the tolerance of the time that route %s's sender signs (%s), so that a replay could come after the event is forgotten. Raise it: --set '%s=7d'" $key .retention .name $scheme.tolerance $key) -}}
{{- end -}}

{{- if and .caConfigMap (not (hasPrefix "https://" .upstreamUrl)) -}}
{{- $found = append $found (printf "%s.upstream.caConfigMap is given beside an url that is not https. Begin %s.upstream.url with https://, or leave caConfigMap out" $at $at) -}}
{{- end -}}
{{- if .signingSecret -}}
{{- $origin := regexFind "^https?://[^/]*" .upstreamUrl -}}
{{- if hasKey $verifies .signingSecret -}}
{{- $found = append $found (printf "%s is signed for the application with Secret %s, which also has the keys of route %s: that sender could sign for the gate. Make a Secret of its own for upstream.signing.existingSecret" $who .signingSecret (get $verifies .signingSecret)) -}}
{{- end -}}
{{- if and (hasKey $signs .signingSecret) (ne (get $signs .signingSecret) $origin) -}}
{{- $found = append $found (printf "%s is signed for %s with Secret %s, which signs for %s too: each application could sign for the other. Give it another Secret in %s.upstream.signing.existingSecret" $who $origin .signingSecret (get $signs .signingSecret) $at) -}}
{{- end -}}
{{- $_ := set $signs .signingSecret $origin -}}
{{- if and (not .replacesSigning) (regexMatch "webhook-(id|timestamp|signature)" (printf "%s %s" (lower $scheme.signature) (lower $scheme.message))) -}}
{{- $found = append $found (printf "%s has scheme %s, whose sender writes the same webhook-* headers as upstream.signing. Set --set '%s.upstream.signing.replace=true' where the application checks the gate's, or sign nothing for it" $who $scheme.profile $at) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson (uniq $found) -}}
{{- end -}}
