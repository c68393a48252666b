//! Where messages may be sent, and where never.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ureq::http::Uri;

use super::HookError;

/// The most bytes of an address.
const MOST: usize = 500;

/// What the operator of a server allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Whether messages may go to this machine itself.
    pub loopback: bool,
    /// Who speaks TLS for the server, which has none: messages to `https` addresses are handed over there.
    pub tls_gateway: Option<SocketAddr>,
}

/// An address that messages may be sent to, as far as it shows without asking whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    uri: Uri,
    secure: bool,
}

impl Target {
    /// Reads an address.
    ///
    /// # Errors
    /// What it may not be.
    pub fn read(url: &str, rules: &Rules) -> Result<Self, HookError> {
        let no_url = || {
            HookError::unfit(
                format!("url 须为 http 或 https 的绝对地址，可见 ASCII 字符，至多 {MOST} 个，不含片段（#）"),
                format!(
                    "url is an absolute http or https address of at most {MOST} visible ASCII characters, without `#`"
                ),
            )
        };
        if url.len() > MOST || url.contains('#') || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(no_url());
        }
        let uri: Uri = url.parse().map_err(|_| no_url())?;
        let secure = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(no_url()),
        };
        let (Some(authority), Some(host)) = (uri.authority(), uri.host().filter(|host| !host.is_empty())) else {
            return Err(no_url());
        };
        if authority.as_str().contains('@') {
            return Err(HookError::unfit(
                "url 不得含用户名或密码：消息以签名证明来源",
                "url holds no user and no password: the signature says who sends",
            ));
        }
        if authority.as_str() != host && uri.port_u16().is_none_or(|port| port == 0) {
            return Err(no_url());
        }
        if !named_so_that_it_may(host, rules) {
            return Err(HookError::unfit(
                "url 指向不得投递的地址：链路本地、云主机元数据、组播、未指定地址一律不行，本机回环须由配置允许",
                "url leads where nothing is sent: link-local, metadata, multicast and unspecified addresses never; this \
                 machine itself only where the configuration allows it",
            ));
        }
        if secure && rules.tls_gateway.is_none() {
            return Err(HookError::unfit(
                "本服务自身不支持 TLS：https 地址须先配置 webhook_tls_gateway",
                "this server has no TLS of its own: an https address needs webhook_tls_gateway in its configuration",
            ));
        }
        Ok(Self { uri, secure })
    }

    /// Whether it is handed over to who speaks TLS.
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// The address as the server itself asks it: without TLS, which whoever it is handed over to adds.
    pub(super) fn plain(&self) -> String {
        let authority = self.uri.authority().map(ToString::to_string).unwrap_or_default();
        let path = self.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        format!("http://{authority}{path}")
    }
}

/// Whether a host may be one, as far as its name shows: numbers that are no address as RFC 3986 writes them are read by some
/// as one all the same.
fn named_so_that_it_may(host: &str, rules: &Rules) -> bool {
    if let Some(inside) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return inside.parse().is_ok_and(|ip: Ipv6Addr| may_be_reached(IpAddr::V6(ip), rules.loopback));
    }
    if let Ok(ip) = host.parse::<Ipv4Addr>() {
        return may_be_reached(IpAddr::V4(ip), rules.loopback);
    }
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    let last = name.rsplit('.').next().unwrap_or_default();
    let number = last.starts_with("0x") || last.bytes().all(|byte| byte.is_ascii_digit());
    let letters = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    let here = name == "localhost" || name.ends_with(".localhost");
    let metadata = name == "metadata" || name.starts_with("metadata.");
    letters && !number && !metadata && (rules.loopback || !here)
}

/// Whether anything is ever sent to an address. Private networks may be: receivers stand there. Asked of every address a
/// name stands for, when something is sent.
pub fn may_be_reached(ip: IpAddr, loopback: bool) -> bool {
    // Clouds answer here with what they know of the machine, keys included; the others do so on a link-local address.
    const METADATA_V4: [Ipv4Addr; 3] =
        [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(168, 63, 129, 16), Ipv4Addr::new(192, 0, 0, 192)];
    const METADATA_V6: [Ipv6Addr; 2] =
        [Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254), Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)];
    match ip {
        IpAddr::V4(ip) => {
            let never = ip.is_link_local() || ip.is_multicast() || ip.is_broadcast() || ip.octets()[0] == 0;
            !never && !METADATA_V4.contains(&ip) && (loopback || !ip.is_loopback())
        }
        IpAddr::V6(ip) => {
            if !inside(ip).iter().flatten().all(|inside| may_be_reached(IpAddr::V4(*inside), loopback)) {
                return false;
            }
            let never = ip.is_unicast_link_local() || ip.is_multicast() || ip.is_unspecified();
            !never && !METADATA_V6.contains(&ip) && (loopback || !ip.is_loopback())
        }
    }
}

/// The addresses of the older kind that one of the newer kind may stand for: mapped, translated or compatible, behind a NAT64
/// of everybody or of the place, or by 6to4.
fn inside(ip: Ipv6Addr) -> [Option<Ipv4Addr>; 2] {
    let segments = ip.segments();
    let of = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    let last = match segments {
        // `::` and `::1` are no addresses of the older kind.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0, 0, 0, 0, 0xffff, 0, ..] | [0x64, 0xff9b, ..] => {
            Some(of(segments[6], segments[7]))
        }
        _ => None,
    };
    let sixto4 = (segments[0] == 0x2002).then(|| of(segments[1], segments[2]));
    [last, sixto4]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(url: &str, rules: &Rules) -> bool {
        Target::read(url, rules).is_ok()
    }

    #[test]
    fn what_no_message_is_sent_to_is_refused() {
        let open = Rules { loopback: true, tls_gateway: Some(SocketAddr::from(([127, 0, 0, 1], 8089))) };
        for url in [
            "http://169.254.169.254/latest/meta-data",
            "http://169.254.0.1/",
            "http://[fe80::1]/",
            "http://[::ffff:169.254.169.254]/",
            "http://[64:ff9b::a9fe:a9fe]/",
            "http://[64:ff9b:1::a9fe:a9fe]/",
            "http://[::ffff:0:a9fe:a9fe]/",
            "http://[::169.254.169.254]/",
            "http://[2002:a9fe:a9fe::1]/",
            "http://[fd00:ec2::254]/",
            "http://[fd20:ce::254]/",
            "http://100.100.100.200/",
            "http://168.63.129.16/",
            "http://192.0.0.192/",
            "http://0177.0.0.1/",
            "http://127.0.0.1./",
            "http://metadata.google.internal/",
            "http://0.0.0.0/",
            "http://[::]/",
            "http://224.0.0.1/",
            "http://255.255.255.255/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://127.1/",
            "http://user:password@receiver.example/",
            "http://user@receiver.example/",
            "http://receiver.example/#part",
            "http://receiver.example:0/",
            "http://receiver.example:/",
            "http://receiver.example:99999/",
            "http:///path",
            "ftp://receiver.example/",
            "file:///etc/passwd",
            "/path",
            "receiver.example",
            "http://receiver.example/a b",
            "http://接收.example/",
            "",
        ] {
            assert!(!taken(url, &open), "{url}");
        }
        assert!(!taken(&format!("http://receiver.example/{}", "a".repeat(500)), &open));
    }

    #[test]
    fn this_machine_and_tls_are_for_the_operator_to_allow() {
        let none = Rules::default();
        let here = Rules { loopback: true, ..none };
        let gateway = Rules { tls_gateway: Some(SocketAddr::from(([10, 0, 0, 9], 8089))), ..none };
        for url in [
            "http://127.0.0.1:9/",
            "http://127.8.9.1/",
            "http://[::1]:9/",
            "http://[::ffff:127.0.0.1]:9/",
            "http://[2002:7f00:1::1]:9/",
            "http://localhost/",
            "http://a.localhost./",
        ] {
            assert!(!taken(url, &none) && taken(url, &here), "{url}");
        }
        for url in ["http://10.1.2.3/hook", "http://receiver.example:8080/hook?area=990100", "http://[2001:db8::1]/"] {
            assert!(taken(url, &none), "{url}");
        }
        let url = "https://receiver.example:8443/hook";
        assert!(!taken(url, &none) && taken(url, &gateway));
        let target = Target::read(url, &gateway).unwrap();
        assert!(target.is_secure());
        assert_eq!(target.plain(), "http://receiver.example:8443/hook");
    }
}
