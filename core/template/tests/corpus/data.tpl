{{ $d := dict "a" 1 "b" (dict "c" 2) }}{{ $_ := set $d "x" .l }}{{ unset $d "a" }}{{ get $d "b" }}{{ hasKey $d "zz" }}{{ keys $d | sortAlpha }}{{ values $d }}{{ pick $d "b" }}{{ omit $d "b" }}{{ pluck "b" $d .m }}
{{ merge (dict "a" (dict "b" 1)) (dict "a" (dict "c" 2)) }}{{ mergeOverwrite (dict "a" 1) .m }}{{ deepCopy $d }}{{ dig "b" "c" "none" $d }}{{ deepEqual $d $d }}
{{ first .l }}{{ last .l }}{{ rest .l }}{{ initial .l }}{{ append .l 5 }}{{ prepend .l 0 }}{{ concat .l .l }}{{ uniq .l }}{{ without .l 2 }}{{ has 2 .l }}{{ compact .l }}{{ reverse .l }}{{ chunk 2 .l }}{{ slice .l 1 2 }}
{{ default "d" .nil }}{{ empty .m }}{{ coalesce nil 0 "x" }}{{ ternary 1 2 true }}{{ all 1 2 }}{{ any 0 1 }}{{ kindOf .m }}{{ typeOf .l }}{{ kindIs "map" .m }}{{ typeIsLike "x" .l }}
{{ toJson .m }}{{ toPrettyJson .l }}{{ toRawJson .s }}{{ fromJson "{\"a\":[1,2,{\"b\":null}]}" }}{{ mustFromJson "[1]" }}
{{ add 1 2 3 }}{{ sub 5 2 }}{{ mul 2 3 }}{{ div 7 2 }}{{ mod 7 2 }}{{ add1 1 }}{{ max 1 2 }}{{ min 1 2 }}{{ addf 1.5 2 }}{{ divf 1 3 }}{{ mulf 1.1 1.1 }}{{ subf 3 1.2 }}{{ round 1.2345 2 }}{{ ceil 1.1 }}{{ floor 1.9 }}
{{ until 3 }}{{ untilStep 1 10 3 }}{{ seq 1 3 }}{{ atoi "12" }}{{ int "0x10" }}{{ int64 1.9 }}{{ float64 "1.5" }}{{ toDecimal "777" }}{{ maxf 1 2.5 }}{{ minf 1 2.5 }}
{{ semver "1.2.3-a+b" }}{{ (semver "v1.2.3").Major }}{{ semverCompare "^1.2" "1.3.0" }}{{ duration "95" }}{{ durationRound "2h10m5s" }}
{{ date "2006-01-02" (toDate "2006-01-02" "2020-02-29") }}{{ dateInZone "15:04 MST" 0 "UTC" }}{{ (toDate "2006-01-02" "2020-02-29").AddDate 1 1 1 }}{{ dateModify "-1.5h" now }}{{ unixEpoch now }}{{ ago now }}{{ htmlDate 0 }}
{{ randAlphaNum 5 }}{{ uuidv4 }}{{ encryptAES "k" "text" | decryptAES "k" }}{{ shuffle "abc" }}{{ randInt 1 5 }}
