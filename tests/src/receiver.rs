//! Another system that receives webhooks: a real server that can be told to fail, to hang, and to
//! be away.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::Value;

use crate::contract::check_message;

/// How it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Takes what comes.
    Takes,
    /// Answers with this status.
    Refuses(u16),
    /// Takes the message and hangs up without an answer.
    Forgets,
    /// Takes what comes, after this many milliseconds.
    Slow(u64),
}

/// A message as it came.
#[derive(Clone, Debug)]
pub struct Received {
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    /// As it was signed.
    pub body: Vec<u8>,
    /// Whether it was answered with 200.
    pub is_taken: bool,
}

impl Received {
    /// The body.
    ///
    /// # Panics
    /// If it is no JSON, or no message of the contract.
    pub fn json(&self) -> Value {
        let message = serde_json::from_slice(&self.body).expect("a message is JSON");
        check_message(&message);
        message
    }

    /// `webhook-id`
    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }
}

/// A receiving system. It ends with the test's process.
#[derive(Clone, Debug)]
pub struct Receiver {
    address: SocketAddr,
    shared: Arc<Mutex<(Manner, Vec<Received>)>>,
}

impl Receiver {
    /// One on a free port.
    ///
    /// # Panics
    /// If there is none.
    pub fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let receiver = Self { address, shared: Arc::new(Mutex::new((manner, Vec::new()))) };
        let shared = Arc::clone(&receiver.shared);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                // A sender that hangs up early is no failure of the receiver.
                std::thread::spawn(move || drop(serve(client, &shared)));
            }
        });
        receiver
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// How it answers from now on.
    pub fn now(&self, manner: Manner) {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).0 = manner;
    }

    /// Everything that came.
    pub fn received(&self) -> Vec<Received> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }
}

fn serve(mut client: TcpStream, shared: &Mutex<(Manner, Vec<Received>)>) -> std::io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let mut headers = BTreeMap::new();
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            let Some((name, value)) = header.trim().split_once(':') else { break };
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        let length =
            headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let manner = shared.lock().unwrap_or_else(PoisonError::into_inner).0;
        if let Manner::Slow(millis) = manner {
            std::thread::sleep(Duration::from_millis(millis));
        }
        let is_taken = matches!(manner, Manner::Takes | Manner::Slow(_));
        shared.lock().unwrap_or_else(PoisonError::into_inner).1.push(Received {
            headers,
            body,
            is_taken,
        });
        let status = match manner {
            Manner::Forgets => return Ok(()),
            Manner::Refuses(status) => status,
            Manner::Takes | Manner::Slow(_) => 200,
        };
        client.write_all(
            format!("HTTP/1.1 {status} Said\r\ncontent-length: 2\r\n\r\nok").as_bytes(),
        )?;
    }
}
