//! Merchants' systems that answer as they should not.

#![expect(clippy::unwrap_used, reason = "a test's own set-up may end the test")]

use banks::notify::{HttpNotify, Message, Notify};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A system that sends these bytes to whoever asks, and then, if it is told to, goes on for ever.
async fn system(answer: &'static str, endless: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(answer.as_bytes()).await;
                while endless && stream.write_all(&[b'x'; 1024]).await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            });
        }
    });
    address
}

fn message(url: String) -> Message {
    let (id, signature) = ("m1".to_owned(), "v1,x".to_owned());
    Message { url, id, timestamp: 0, signature, body: "{}".to_owned() }
}

#[tokio::test]
async fn what_is_taken_is_taken() {
    let here = system("HTTP/1.1 204 No Content\r\n\r\n", false).await;
    let receipt =
        HttpNotify::new(true).unwrap().deliver(&message(format!("http://{here}/hook"))).await;
    assert_eq!((receipt.status, receipt.failure), (Some(204), None));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let answer = "HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/latest\r\n\
                  content-length: 0\r\n\r\n";
    let here = system(answer, false).await;
    let receipt = HttpNotify::new(true).unwrap().deliver(&message(format!("http://{here}/"))).await;
    assert_eq!(receipt.status, Some(302));
    assert!(receipt.failure.unwrap().contains("redirects are not followed"));
}

#[tokio::test]
async fn an_answer_without_end_holds_nobody_up() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n";
    let here = system(answer, true).await;
    let begun = Instant::now();
    let receipt = HttpNotify::new(true).unwrap().deliver(&message(format!("http://{here}/"))).await;
    assert_eq!((receipt.status, receipt.failure), (Some(200), None));
    assert!(receipt.excerpt.len() <= 2048);
    assert!(begun.elapsed() < Duration::from_secs(6));
}

#[tokio::test]
async fn silence_ends_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let here = listener.local_addr().unwrap();
    let receipt = HttpNotify::new(true).unwrap().deliver(&message(format!("http://{here}/"))).await;
    assert!(receipt.failure.unwrap().contains("no answer within 5 seconds"));
    drop(listener);
}

#[tokio::test]
async fn nothing_is_sent_inside() {
    let here = system("HTTP/1.1 200 OK\r\n\r\n", false).await;
    let notify = HttpNotify::new(false).unwrap();
    for url in [
        format!("http://{here}/"),
        format!("https://{here}/"),
        format!("https://localhost:{}/", here.port()),
        format!("https://[::ffff:127.0.0.1]:{}/", here.port()),
    ] {
        assert!(notify.check(&url).is_err(), "{url}");
        let receipt = notify.deliver(&message(url.clone())).await;
        assert_eq!(receipt.status, None, "{url}");
        assert!(receipt.failure.is_some(), "{url}");
    }
}
