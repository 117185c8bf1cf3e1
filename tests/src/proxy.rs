//! A reverse proxy as operators put one before the collector: it answers under a path, and strips
//! that path or does not.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
};

/// A proxy that answers on a port of its own. It ends with the test's process.
#[derive(Debug)]
pub struct Proxy {
    listener: TcpListener,
    prefix: &'static str,
}

impl Proxy {
    /// Takes a free port, so that the collector can be told its public URL before it starts.
    pub fn under(prefix: &'static str) -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").expect("a free port"), prefix }
    }

    /// Where people reach what is behind it.
    pub fn public_url(&self) -> String {
        let address = self.listener.local_addr().expect("a bound listener has an address");
        format!("http://{address}{}", self.prefix)
    }

    /// Starts to pass requests on to `upstream`, a host and port. Whatever lies outside its prefix
    /// is 404.
    pub fn pass_to(self, upstream: &str, strips: bool) {
        let upstream = upstream.to_owned();
        std::thread::spawn(move || {
            for client in self.listener.incoming().flatten() {
                let (upstream, prefix) = (upstream.clone(), self.prefix);
                std::thread::spawn(move || {
                    // A client that hangs up early is no failure of the proxy.
                    let _ = pass(client, &upstream, prefix, strips);
                });
            }
        });
    }
}

fn pass(mut client: TcpStream, upstream: &str, prefix: &str, strips: bool) -> std::io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let Some(rest) =
        path.strip_prefix(prefix).filter(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    else {
        return client.write_all(
            b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        );
    };
    let passed = if !strips {
        path.to_owned()
    } else if rest.starts_with('/') {
        rest.to_owned()
    } else {
        format!("/{rest}")
    };
    let mut head = format!("{method} {passed} HTTP/1.1\r\nconnection: close\r\n");
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        if header.trim().is_empty() {
            break;
        }
        let (name, value) = header.split_once(':').unwrap_or((&header, ""));
        match name.to_ascii_lowercase().as_str() {
            "connection" => continue,
            "content-length" => length = value.trim().parse().unwrap_or(0),
            _ => {}
        }
        head.push_str(&header);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let mut server = TcpStream::connect(upstream)?;
    server.write_all(format!("{head}\r\n").as_bytes())?;
    server.write_all(&body)?;
    std::io::copy(&mut server, &mut client)?;
    Ok(())
}
