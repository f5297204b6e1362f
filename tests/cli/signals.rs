use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::Served;

fn send(signal: &str, to: &Child) {
    let sent = Command::new("kill").args([&format!("-{signal}"), &to.id().to_string()]).status();
    assert!(sent.expect("a signal").success());
}

/// A slow run of many cases, which a signal finds under way.
fn slow(served: &Served, rate: &str) -> Child {
    let mut command = served.command(&served.url, &["-q", "--rate", rate]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    std::thread::sleep(Duration::from_secs(2));
    child
}

#[test]
fn a_signal_ends_the_run_with_its_own_exit_code() {
    let served = Served::start(&[]);
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let child = slow(&served, "200");
        let started = Instant::now();
        send(signal, &child);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(code), "{signal}");
        assert!(started.elapsed() < Duration::from_secs(10), "{signal}: {:?}", started.elapsed());
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(err.contains(&format!("SIG{signal}: ")), "{err}");
        assert!(
            out.contains(&format!("ended by SIG{signal}: ")) && out.contains(&format!("exit code {code}")),
            "{out}"
        );
    }
}

#[test]
fn a_second_interrupt_ends_at_once() {
    let served = Served::start(&[]);
    let child = slow(&served, "1");
    send("INT", &child);
    std::thread::sleep(Duration::from_millis(300));
    let again = Instant::now();
    send("INT", &child);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    assert!(again.elapsed() < Duration::from_secs(1), "{:?}", again.elapsed());
    assert!(output.stdout.is_empty(), "it did not wait for the report");
}
