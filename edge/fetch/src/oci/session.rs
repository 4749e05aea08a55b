//! Being let in: who asks a registry shows a password, or a token that it gets for one.

use std::collections::HashMap;
use std::io;
use std::sync::PoisonError;

use serde::Deserialize;

use super::challenge::{Challenge, challenge};
use super::registry::{MANIFEST_LIMIT, OciError, Place, Registry};
use crate::web::{Answer, Auth, Request, WebError};

impl Registry {
    /// Asks; if the registry wants to know who asks, tells it and asks again.
    pub(super) fn call<T>(
        &self,
        place: &Place,
        actions: &str,
        mut request: Request<'_>,
        mut read: impl FnMut(Answer) -> io::Result<T>,
    ) -> Result<T, OciError> {
        enum Got<T> {
            Done(T),
            Challenged(Option<Challenge>),
        }
        let scope = match actions {
            "" => String::new(),
            actions => format!("repository:{}:{actions}", place.repository),
        };
        let key = (place.base.clone(), scope.clone());
        let known = self.known().get(&key).cloned();
        let was_known = known.is_some();
        request.auth = known.unwrap_or_default();
        let also: Vec<u16> = request.also.iter().copied().chain([401]).collect();
        let first = Request { also: &also, ..request.clone() };
        let got = self.client.exchange(&first, |answer| {
            if answer.status == 401 {
                return Ok(Got::Challenged(challenge(answer.headers("www-authenticate"))));
            }
            read(answer).map(Got::Done)
        })?;
        let asked = match got {
            Got::Done(done) => return Ok(done),
            Got::Challenged(asked) => asked,
        };
        let refused =
            || OciError::Web(WebError::new(request.url, crate::web::Cause::Status(401, String::new())));
        let auth = match asked {
            Some(Challenge::Basic) if !was_known => self.login(place)?.0,
            Some(Challenge::Bearer { realm, service, scope: asked_scope }) => {
                let scope = if scope.is_empty() { asked_scope } else { scope };
                self.token(place, &realm, &service, &scope)?
            }
            _ => return Err(refused()),
        };
        if auth == Auth::None {
            return Err(refused());
        }
        request.auth = auth.clone();
        let done = self.client.exchange(&request, read)?;
        self.known().insert(key, auth);
        Ok(done)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<(String, String), Auth>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// User and password, and the token that stands for them.
    fn login(&self, place: &Place) -> Result<(Auth, Option<String>), OciError> {
        if self.auth != Auth::None {
            return Ok((self.auth.clone(), None));
        }
        Ok(match self.credentials.login(&place.host).map_err(OciError::Wrong)? {
            Some(login) if login.identity_token.is_some() => (Auth::None, login.identity_token),
            Some(login) => (Auth::Basic { user: login.user, password: login.password }, None),
            None => (Auth::None, None),
        })
    }

    fn token(&self, place: &Place, realm: &str, service: &str, scope: &str) -> Result<Auth, OciError> {
        #[derive(Deserialize)]
        struct Token {
            token: Option<String>,
            access_token: Option<String>,
        }
        let (auth, identity) = self.login(place)?;
        if let Auth::Bearer(_) = auth {
            return Ok(auth);
        }
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        for (name, value) in [("service", service), ("scope", scope)] {
            if !value.is_empty() {
                pairs.push((name, value));
            }
        }
        let read = |mut answer: Answer| answer.bytes(MANIFEST_LIMIT);
        let answer = if let Some(identity) = &identity {
            pairs.extend([
                ("grant_type", "refresh_token"),
                ("refresh_token", identity),
                ("client_id", "weir"),
            ]);
            let body = form(&pairs);
            let headers = vec![("content-type", "application/x-www-form-urlencoded".to_string())];
            let post =
                Request { method: "POST", headers, body: Some(body.as_bytes()), ..Request::get(realm) };
            self.client.exchange(&post, read)?
        } else {
            let separator = if realm.contains('?') { '&' } else { '?' };
            let url = format!("{realm}{separator}{}", form(&pairs));
            self.client.exchange(&Request { auth, ..Request::get(&url) }, read)?
        };
        let token: Token = serde_json::from_slice(&answer)
            .map_err(|_| OciError::Wrong(format!("{}: the answer holds no token", place.base)))?;
        let token = token.token.or(token.access_token).filter(|token| !token.is_empty());
        token.map(Auth::Bearer).ok_or_else(|| OciError::Wrong(format!("{}: the token is empty", place.base)))
    }
}

fn form(pairs: &[(&str, &str)]) -> String {
    let encoded: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
    encoded.join("&")
}

fn percent(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(byte as char);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
