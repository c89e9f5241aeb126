// A module in Rust with the standard library alone. Build it with `rustc -O main.rs -o counter`.
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};

const DESCRIPTOR: &str = r#"{"name": "counter", "version": "1.0.0", "protocol": 1, "methods": {"count": {
  "idempotent": true, "input": {"type": "string"}, "output": {"type": "integer"} }}}"#;
const PROBLEM: &str = "application/problem+json";

fn respond(method: &str, path: &str, body: &[u8]) -> (u16, &'static str, String) {
    match (method, path) {
        ("GET", "/.well-known/gati-module") => (200, "application/json", DESCRIPTOR.into()),
        ("GET", "/health") => (200, "application/json", "{}".into()),
        ("POST", "/call/count") => match std::str::from_utf8(body) {
            Ok(text) if text.len() > 1 && text.starts_with('"') => {
                (200, "application/json", text.split_whitespace().count().to_string())
            }
            _ => (400, PROBLEM, r#"{"code": "invalid_input"}"#.into()),
        },
        _ => (404, PROBLEM, r#"{"code": "unknown_method"}"#.into()),
    }
}

fn serve(stream: UnixStream) -> std::io::Result<()> {
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    loop {
        let (mut line, mut length) = (String::new(), 0usize);
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let mut words = line.split(' ').map(str::to_owned);
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        loop {
            let mut header = String::new();
            if reader.read_line(&mut header)? == 0 || header.trim().is_empty() {
                break;
            }
            if let Some(value) = header.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0).min(8_388_608);
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let (status, kind, text) = respond(&method, &path, &body);
        write!(writer, "HTTP/1.1 {status} -\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{text}", text.len())?;
    }
}

fn main() {
    if std::env::var("GATI_MODULE").as_deref() != Ok("1") {
        eprintln!("counter is a module for Gati: declare it as exec:./modules/counter/counter");
        std::process::exit(1);
    }
    let path = format!("{}/module.sock", std::env::var("TMPDIR").expect("TMPDIR"));
    let listener = UnixListener::bind(&path).expect("a socket");
    println!("GATI-MODULE 1 unix:{path}");
    std::thread::spawn(|| { std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).ok(); std::process::exit(0) });
    for stream in listener.incoming().flatten() { std::thread::spawn(move || serve(stream)); }
}
