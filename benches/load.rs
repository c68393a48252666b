//! A thread that asks over several connections and takes the time of each answer.

use rate_service::clock::Stopwatch;
use std::error::Error;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

type Done<T> = Result<T, Box<dyn Error>>;

/// What is asked, again and again.
pub struct Request {
    pub path: String,
    pub key: String,
    pub body: String,
}

/// How fast answers came.
#[derive(Clone, Copy)]
pub struct Speed {
    pub a_second: u64,
}

/// How long answers took, from the moment at which they were due to be asked for.
#[derive(Clone, Copy)]
pub struct Times {
    pub p50_micros: u64,
    pub p99_micros: u64,
}

impl Request {
    fn bytes(&self) -> Vec<u8> {
        let Self { path, key, body } = self;
        let length = body.len();
        format!(
            "POST {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }

    /// Asks once, until the server is there; how many bytes the answer has.
    pub fn answer(&self, address: SocketAddr) -> Done<usize> {
        let mut connection = Connection::open(address)?;
        connection.ask(&self.bytes(), 0)?;
        loop {
            if connection.answered()?.is_some() {
                return Ok(connection.last);
            }
        }
    }
}

/// Asks over every connection as soon as it has its answer.
pub fn at_full_speed(address: SocketAddr, request: &Request, connections: usize, millis: u64) -> Done<Speed> {
    let (bytes, mut open) = (request.bytes(), connected(address, connections)?);
    let begun = Stopwatch::start();
    let mut count: u64 = 0;
    while begun.millis() < millis {
        for connection in &mut open {
            if connection.due.is_none() {
                connection.ask(&bytes, begun.micros())?;
            } else if connection.answered()?.is_some() {
                count += 1;
            }
        }
    }
    Ok(Speed { a_second: count * 1000 / begun.millis().max(1) })
}

/// Asks so many times a second, whether answers have come or not.
pub fn at_a_pace(
    address: SocketAddr,
    request: &Request,
    connections: usize,
    a_second: u64,
    millis: u64,
) -> Done<Times> {
    let (bytes, mut open) = (request.bytes(), connected(address, connections)?);
    let begun = Stopwatch::start();
    let (mut asked, mut taken) = (0, Vec::new());
    while begun.millis() < millis {
        for connection in &mut open {
            if connection.due.is_none() {
                let due = asked * 1_000_000 / a_second.max(1);
                if due <= begun.micros() {
                    connection.ask(&bytes, due)?;
                    asked += 1;
                }
            } else if let Some(due) = connection.answered()? {
                taken.push(begun.micros() - due);
            }
        }
    }
    taken.sort_unstable();
    let at = |of_hundred: usize| taken.get(taken.len() * of_hundred / 100).copied().unwrap_or_default();
    Ok(Times { p50_micros: at(50), p99_micros: at(99) })
}

fn connected(address: SocketAddr, connections: usize) -> Done<Vec<Connection>> {
    (0..connections).map(|_| Connection::open(address)).collect()
}

struct Connection {
    stream: TcpStream,
    came: Vec<u8>,
    /// When what it waits for was due to be asked, in microseconds.
    due: Option<u64>,
    /// Bytes of the last answer.
    last: usize,
}

impl Connection {
    fn open(address: SocketAddr) -> Done<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self { stream, came: Vec::new(), due: None, last: 0 })
    }

    fn ask(&mut self, bytes: &[u8], due: u64) -> Done<()> {
        // A request is far smaller than what the system takes at once.
        self.stream.write_all(bytes)?;
        self.due = Some(due);
        Ok(())
    }

    /// Reads what came; once the answer is whole, when it was due to be asked.
    fn answered(&mut self) -> Done<Option<u64>> {
        let mut piece = [0; 8192];
        match self.stream.read(&mut piece) {
            Ok(0) => return Err("the server closed a connection".into()),
            Ok(read) => self.came.extend_from_slice(&piece[..read]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        let Some(head) = self.came.windows(4).position(|it| it == b"\r\n\r\n") else { return Ok(None) };
        let text = std::str::from_utf8(&self.came[..head])?;
        if !text.starts_with("HTTP/1.1 200") {
            return Err(format!("{text}\n{}", String::from_utf8_lossy(&self.came[head..])).into());
        }
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).ok_or("no length")?;
        let whole = head + 4 + length.parse::<usize>()?;
        if self.came.len() < whole {
            return Ok(None);
        }
        self.came.clear();
        self.last = whole;
        Ok(self.due.take())
    }
}
