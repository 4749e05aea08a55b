//! Vault's transit engine as a server on loopback that reverses what it is given: what is closed opens again, the token is
//! shown to it, and what it refuses is told with the way out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use weir_fetch::{Access, Vault};
use weir_secrets::{KeyEntry, Recipient, Remote as _};
use weir_yaml::{Value, from_json, to_json};

const TOKEN: &str = "hvs.token";

fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            answer(&mut connection.unwrap());
        }
    });
    address
}

fn answer(connection: &mut TcpStream) {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    let (head, body) = loop {
        let count = connection.read(&mut part).unwrap();
        bytes.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) || count == 0 {
            break (head.to_string(), body.to_string());
        }
    };
    let body = from_json(body.as_bytes()).unwrap();
    let (status, said) = respond(&head, &body);
    let said = to_json(&said);
    let text =
        format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{said}", said.len());
    _ = connection.write_all(text.as_bytes());
}

fn respond(head: &str, body: &Value) -> (u16, Value) {
    let field = |name: &str| body.str_at(&[name]).unwrap_or_default().chars().rev().collect::<String>();
    let mut said = Value::from([("request_id", "1")]);
    if !head.to_lowercase().contains(&format!("x-vault-token: {TOKEN}")) {
        said.set_at(&["errors"], Value::from(vec![Value::from("permission denied")]));
        return (403, said);
    }
    if head.starts_with("PUT /v1/secret/transit/encrypt/key ") {
        said.set_at(&["data", "ciphertext"], format!("vault:v1:{}", field("plaintext")));
    } else if head.starts_with("PUT /v1/secret/transit/decrypt/key ") {
        let text = body.str_at(&["ciphertext"]).unwrap_or_default().trim_start_matches("vault:v1:");
        said.set_at(&["data", "plaintext"], text.chars().rev().collect::<String>());
    } else {
        return (404, said);
    }
    (200, said)
}

#[test]
fn what_is_closed_opens_again() {
    let recipient = Recipient::vault(&format!("{}/v1/secret/transit/keys/key", serve())).unwrap();
    let vault = Vault::new(&format!("{TOKEN}\n"), None, Access::default());
    let key = b"0123456789abcdef0123456789abcdef";
    let encrypted = vault.close(&recipient, key).unwrap().unwrap();
    assert!(encrypted.starts_with("vault:v1:"));
    let entry = KeyEntry { recipient, created_at: String::new(), encrypted };
    assert_eq!(vault.open(&entry).unwrap().unwrap().as_slice(), key);
}

#[test]
fn what_is_refused_is_told() {
    let recipient = Recipient::vault(&format!("{}/v1/secret/transit/keys/key", serve())).unwrap();
    let told = Vault::new("wrong", None, Access::default()).close(&recipient, b"x").unwrap().unwrap_err();
    for words in ["403", "permission denied", "VAULT_TOKEN", "secret/transit/encrypt/key"] {
        assert!(told.contains(words), "{words} in {told}");
    }
    assert!(!told.contains("wrong"), "{told}");
    assert!(Vault::new(TOKEN, None, Access::default()).close(&Recipient::pgp("AB"), b"x").is_none());
}
