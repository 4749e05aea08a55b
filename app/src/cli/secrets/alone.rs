//! A link named `sops`: its own commands, and the flags that stood for them before.

use std::ffi::OsString;

/// Flags that say what is to be done, and the command that does it now.
const MODES: [(&str, &str, &str); 3] =
    [("-d", "--decrypt", "decrypt"), ("-e", "--encrypt", "encrypt"), ("-r", "--rotate", "rotate")];

/// Words of ours for words of sops. Without any command a file is edited.
pub(crate) fn words(arguments: &[OsString], commands: &[String]) -> Vec<OsString> {
    let rest = arguments.get(1..).unwrap_or_default();
    let is = |word: &OsString, flag: &str| word.to_str() == Some(flag);
    let first = rest.first().and_then(|word| word.to_str()).unwrap_or_default();
    let is_about_itself = ["-h", "--help", "-v", "-V", "--version", "help", ""].contains(&first);
    if commands.iter().any(|command| command == first) || is_about_itself {
        return arguments.to_vec();
    }
    let mode = |word: &OsString| MODES.iter().find(|(short, long, _)| is(word, short) || is(word, long));
    let mut words = arguments.get(..1).unwrap_or_default().to_vec();
    if let Some(at) = rest.iter().position(|word| is(word, "--set")) {
        let (way, value) =
            rest.get(at + 1).and_then(|pair| pair.to_str()?.split_once("] ")).unwrap_or_default();
        let others = rest.iter().enumerate().filter(|(own, _)| *own != at && *own != at + 1);
        words.push("set".into());
        words.extend(
            others.map(|(_, word)| word.clone()).filter(|word| !is(word, "-i") && !is(word, "--in-place")),
        );
        words.extend([OsString::from(format!("{way}]")), OsString::from(value)]);
        return words;
    }
    let verb = rest.iter().find_map(mode).map_or("edit", |(.., verb)| verb);
    words.push(verb.into());
    words.extend(rest.iter().filter(|word| mode(word).is_none()).cloned());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> String {
        let arguments: Vec<_> = line.split(' ').map(OsString::from).collect();
        let words = words(&arguments, &["decrypt".to_string(), "set".to_string()]);
        words.join(OsString::from(" ").as_os_str()).into_string().expect("words are text")
    }

    #[test]
    fn old_flags_are_commands() {
        assert_eq!(told("sops -d x.yaml"), "sops decrypt x.yaml");
        assert_eq!(
            told("sops --encrypt --in-place --age a x.yaml"),
            "sops encrypt --in-place --age a x.yaml"
        );
        assert_eq!(told("sops -r -i x.yaml"), "sops rotate -i x.yaml");
        assert_eq!(told("sops x.yaml"), "sops edit x.yaml");
        assert_eq!(told("sops decrypt -d x.yaml"), "sops decrypt -d x.yaml");
        assert_eq!(told("sops --help"), "sops --help");
        let set: Vec<_> = ["sops", "--set", "[\"a\"] {\"b\": 1}", "x.yaml"].map(OsString::from).to_vec();
        assert_eq!(words(&set, &[]), ["sops", "set", "x.yaml", "[\"a\"]", "{\"b\": 1}"]);
    }
}
