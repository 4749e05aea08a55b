{{ .s | upper | lower | title | untitle | swapcase }}{{ camelcase "a_b-c" }}{{ snakecase "AbCd12e" }}{{ kebabcase "ABcD" }}
{{ abbrev 5 "abcdefghij" }}{{ abbrevboth 5 10 "1234 5678 9123 4567" }}{{ trunc 3 "abcdef" }}{{ trunc -3 "abcdef" }}{{ substr 1 3 "abcdef" }}
{{ trim "  a " }}{{ trimAll "$" "$a$" }}{{ trimSuffix "b" "ab" }}{{ trimPrefix "a" "ab" }}{{ repeat 3 "ab" }}{{ replace "a" "b" "aXa" }}
{{ quote .s 1 nil "x\"" }}{{ squote .s }}{{ cat 1 "a" nil }}{{ indent 2 "a\nb" }}{{ nindent 2 "a\nb" }}{{ wrap 5 "one two three" }}{{ wrapWith 4 "|" "onetwothree" }}
{{ plural "one" "many" 2 }}{{ join "," .l }}{{ split "." "a.b.c" }}{{ splitn "." 2 "a.b.c" }}{{ splitList "," "a,b" }}{{ sortAlpha .l }}{{ toStrings .l }}
{{ regexMatch "^a+$" "aa" }}{{ regexFindAll "[a-c]+" "abxc" -1 }}{{ regexReplaceAll "(a)(b)?" "aab" "<$1-${2}>" }}{{ regexSplit "," "a,b" -1 }}{{ regexQuoteMeta "a.b" }}
{{ initials "First Second" }}{{ nospace "a b" }}{{ hasPrefix "a" "ab" }}{{ contains "b" "abc" }}{{ b64enc "x" | b64dec }}{{ b32enc "x" | b32dec }}
{{ sha256sum "x" }}{{ adler32sum "x" }}{{ base "/a/b.c" }}{{ dir "/a/b" }}{{ ext "a.b" }}{{ clean "a//b/../c" }}{{ urlParse "https://u:p@h:1/p?q#f" }}{{ urlJoin (urlParse "http://a/b?c") }}
