use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::support::{Output, run};

/// A target that reads a request and then does what it likes with the connection.
fn hostile(answer: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let answer = std::sync::Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = std::sync::Arc::clone(&answer);
            std::thread::spawn(move || {
                let mut stream = stream;
                let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
                let mut seen = Vec::new();
                let mut buffer = [0; 4096];
                while !seen.windows(4).any(|w| w == b"\r\n\r\n") {
                    match stream.read(&mut buffer) {
                        Ok(n) if n > 0 => seen.extend_from_slice(&buffer[..n]),
                        _ => return,
                    }
                }
                answer(&mut stream);
                // Closed with a part of the request unread, the connection would be reset, and the answer with it.
                let _ = stream.shutdown(Shutdown::Write);
                let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
                while stream.read(&mut buffer).is_ok_and(|n| n > 0) {}
            });
        }
    });
    url
}

fn check_hostile(answer: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Output {
    let url = hostile(answer);
    let secret = "a-token-that-is-long-enough";
    let output = run(&[
        "run",
        "--endpoint",
        &url,
        "--project-id",
        "p",
        "--secret-id",
        "s",
        "--token",
        secret,
        "--timeout",
        "0.5",
        "--settle",
        "0.1",
        "-q",
        "csms.create-secret-tag.key.m",
        "csms.create-secret-event.example",
    ]);
    assert!(!output.out.contains(secret) && !output.err.contains(secret), "the token is in the output");
    output
}

/// Nothing was proven of such a target, and a few lines say why.
fn assert_no_verdict(output: &Output, part: &str) {
    assert_eq!(output.code, 3, "{}{}", output.out, output.err);
    let all = format!("{}{}", output.out, output.err);
    assert!(all.lines().count() <= 14 && all.contains(part), "{all}");
    assert!(!all.contains("upheld") && !all.contains("Failures"), "{all}");
}

#[test]
fn garbage_is_no_target_and_nothing_is_said_of_its_clauses() {
    let garbage = check_hostile(|s| drop(s.write_all(b"\x00\x01\x02 what is this\r\n\r\n")));
    assert_no_verdict(&garbage, "HTTP");
}

#[test]
fn another_web_server_is_no_target_and_what_came_is_shown() {
    let html = check_hostile(|s| {
        drop(s.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 23\r\nConnection: close\r\n\r\n<html>Login here</html>"));
    });
    assert_no_verdict(&html, "html");
}

#[test]
fn truncated_answers_are_never_taken_for_good_ones() {
    let truncated =
        check_hostile(|s| drop(s.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 500\r\n\r\n{\"error\":")));
    assert!(matches!(truncated.code, 1 | 3), "{}{}", truncated.out, truncated.err);
}

#[test]
fn endless_and_silent_answers_cost_bounded_time() {
    let started = Instant::now();
    let endless = check_hostile(|s| {
        let _ = s.write_all(b"HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n");
        while s
            .write_all(b"1000\r\n")
            .and_then(|()| s.write_all(&[b'x'; 4096]))
            .and_then(|()| s.write_all(b"\r\n"))
            .is_ok()
        {}
    });
    assert!(matches!(endless.code, 1 | 3), "{}{}", endless.out, endless.err);
    let silent = check_hostile(|_| std::thread::sleep(Duration::from_secs(5)));
    assert_eq!(silent.code, 3, "{}{}", silent.out, silent.err);
    assert!(started.elapsed() < Duration::from_secs(60), "it took {:?}", started.elapsed());
}

#[test]
fn redirects_are_not_followed() {
    let trap = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = trap.local_addr().expect("an address");
    trap.set_nonblocking(true).expect("a trap");
    let output = check_hostile(move |s| {
        let head = format!(
            "HTTP/1.1 302 Found\r\nLocation: http://{address}/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        drop(s.write_all(head.as_bytes()));
    });
    assert!(matches!(output.code, 1 | 3), "{}{}", output.out, output.err);
    assert!(trap.accept().is_err(), "the redirect was followed");
}
