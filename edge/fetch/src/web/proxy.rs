//! Which proxy a request goes through: the variables that curl, git and Go's programs read, by Go's rules.

use std::net::IpAddr;

/// The proxies of an environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Proxies {
    http: Option<String>,
    https: Option<String>,
    /// Whether this machine is reached through them too.
    for_loopback: bool,
    except: Vec<Exception>,
}

/// Hosts that are reached without.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Exception {
    All,
    Network(IpAddr, u8),
    /// The domain and what is below it, or only that, and a port.
    Domain {
        name: String,
        only_below: bool,
        port: Option<String>,
    },
}

impl Proxies {
    pub(crate) fn of_environment() -> Self {
        Self::new(|name| std::env::var(name).ok())
    }

    /// Of variables in big letters, or in small ones.
    pub(crate) fn new(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| {
            let value = variable(name).or_else(|| variable(&name.to_ascii_lowercase()));
            value.filter(|value| !value.trim().is_empty())
        };
        let all = set("ALL_PROXY");
        Self {
            http: set("HTTP_PROXY").or_else(|| all.clone()),
            https: set("HTTPS_PROXY").or(all),
            for_loopback: false,
            except: set("NO_PROXY").map(|list| exceptions(&list)).unwrap_or_default(),
        }
    }

    /// One for everything.
    pub(crate) fn always(proxy: &str) -> Self {
        Self {
            http: Some(proxy.to_string()),
            https: Some(proxy.to_string()),
            for_loopback: true,
            except: Vec::new(),
        }
    }

    /// All of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        let https = self.https.as_deref().filter(|https| Some(*https) != self.http.as_deref());
        self.http.as_deref().into_iter().chain(https)
    }

    /// The proxy for a URL.
    pub(crate) fn of(&self, url: &str) -> Option<&str> {
        let (scheme, rest) = url.split_once("://")?;
        let proxy = match scheme {
            "http" => self.http.as_deref()?,
            "https" => self.https.as_deref()?,
            _ => return None,
        };
        let authority = rest.split(['/', '?', '#']).next()?;
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let (host, port) = host_and_port(authority, if scheme == "https" { "443" } else { "80" });
        (!self.is_excepted(&host, port)).then_some(proxy)
    }

    fn is_excepted(&self, host: &str, port: &str) -> bool {
        let address: Option<IpAddr> = host.parse().ok();
        let is_loopback = host == "localhost" || address.is_some_and(|address| address.is_loopback());
        if is_loopback && !self.for_loopback {
            return true;
        }
        self.except.iter().any(|exception| match exception {
            Exception::All => true,
            Exception::Network(network, bits) => {
                address.is_some_and(|address| is_in(address, *network, *bits))
            }
            Exception::Domain { name, only_below, port: own } => {
                let below = host.strip_suffix(name.as_str()).is_some_and(|rest| rest.ends_with('.'));
                own.as_deref().is_none_or(|own| own == port) && (below || (!only_below && host == name))
            }
        })
    }
}

fn exceptions(list: &str) -> Vec<Exception> {
    list.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(exception).collect()
}

fn exception(entry: &str) -> Exception {
    let entry = entry.to_ascii_lowercase();
    if entry == "*" {
        return Exception::All;
    }
    if let Some((network, bits)) = entry.split_once('/')
        && let (Ok(network), Ok(bits)) = (network.parse(), bits.parse())
    {
        return Exception::Network(network, bits);
    }
    if let Ok(address) = entry.parse::<IpAddr>() {
        return Exception::Network(address, if address.is_ipv4() { 32 } else { 128 });
    }
    let (name, port) = match entry.rsplit_once(':') {
        Some((name, port)) => (name, Some(port.to_string())),
        None => (&*entry, None),
    };
    let name = name.strip_prefix('*').unwrap_or(name);
    let bare = name.trim_start_matches('.');
    Exception::Domain { name: bare.to_string(), only_below: bare.len() < name.len(), port }
}

fn host_and_port<'a>(authority: &'a str, default: &'a str) -> (String, &'a str) {
    if let Some((host, rest)) = authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return (host.to_string(), rest.strip_prefix(':').unwrap_or(default));
    }
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, default));
    (host.trim_end_matches('.').to_ascii_lowercase(), port)
}

fn is_in(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let (address, network, width) = match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(n)) => (u128::from(a.to_bits()), u128::from(n.to_bits()), 32),
        (IpAddr::V6(a), IpAddr::V6(n)) => (a.to_bits(), n.to_bits(), 128),
        _ => return false,
    };
    let shift = u32::from(width - bits.min(width));
    shift >= 128 || (address >> shift) == (network >> shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variables_mean_what_they_mean_to_go() {
        let no = "10.0.0.0/8, example.com,.only.below,*.star.org,ported.net:8443,192.0.2.7";
        let proxies = Proxies::new(|name| match name {
            "HTTP_PROXY" => Some("http://plain:1".into()),
            "https_proxy" => Some("http://tls:2".into()),
            "NO_PROXY" => Some(no.into()),
            _ => None,
        });
        for (url, proxy) in [
            ("http://a.com/x", Some("http://plain:1")),
            ("https://a.com/x", Some("http://tls:2")),
            ("https://localhost:5000/v2/", None),
            ("https://127.0.0.9/", None),
            ("https://[::1]:1/", None),
            ("https://10.9.9.9/", None),
            ("https://11.9.9.9/", Some("http://tls:2")),
            ("https://example.com/", None),
            ("https://sub.EXAMPLE.com/", None),
            ("https://notexample.com/", Some("http://tls:2")),
            ("https://only.below/", Some("http://tls:2")),
            ("https://a.only.below/", None),
            ("https://a.star.org/", None),
            ("https://ported.net:8443/", None),
            ("https://ported.net/", Some("http://tls:2")),
            ("https://u:p@192.0.2.7/", None),
            ("ftp://a.com/", None),
        ] {
            assert_eq!(proxies.of(url), proxy, "{url}");
        }
        assert_eq!(Proxies::new(|name| (name == "NO_PROXY").then(|| "*".into())), {
            Proxies { except: vec![Exception::All], ..Proxies::default() }
        });
    }
}
