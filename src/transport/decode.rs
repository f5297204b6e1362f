//! Bodies that something on the way has compressed, although nobody asked for it.

use std::io::Read;

use flate2::read::{MultiGzDecoder, ZlibDecoder};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;

/// The body as the service wrote it, `most` bytes at most, and whether it went on past them. What cannot be decoded
/// comes back as an error in words; a body that is not encoded at all comes back as it is.
pub(super) fn decoded(headers: &HeaderMap, body: Vec<u8>, most: usize) -> Result<(Vec<u8>, bool), String> {
    let mut whole = (body, false);
    for coding in codings(headers).into_iter().rev() {
        if whole.0.is_empty() {
            break;
        }
        let encoded = std::mem::take(&mut whole.0);
        let (decoded, capped) = match coding.as_str() {
            "gzip" | "x-gzip" => read(MultiGzDecoder::new(&encoded[..]), most),
            "deflate" => read(ZlibDecoder::new(&encoded[..]), most)
                .or_else(|_| read(flate2::read::DeflateDecoder::new(&encoded[..]), most)),
            "br" => read(brotli_decompressor::Decompressor::new(&encoded[..], 4096), most),
            "zstd" => match ruzstd::decoding::StreamingDecoder::new(&encoded[..]) {
                Ok(decoder) => read(decoder, most),
                Err(e) => Err(e.to_string()),
            },
            _ => return Err(format!("its encoding {coding:?} is not known here")),
        }
        .map_err(|e| format!("it is not {coding}: {e}"))?;
        whole = (decoded, capped || whole.1);
    }
    Ok(whole)
}

/// The encodings in the order in which they were applied.
fn codings(headers: &HeaderMap) -> Vec<String> {
    let named = headers.get_all(CONTENT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let each = named.flat_map(|value| value.split(',')).map(|coding| coding.trim().to_ascii_lowercase());
    each.filter(|coding| !coding.is_empty() && coding != "identity").collect()
}

fn read(from: impl Read, most: usize) -> Result<(Vec<u8>, bool), String> {
    let mut body = Vec::new();
    from.take(most as u64 + 1).read_to_end(&mut body).map_err(|e| e.to_string())?;
    let capped = body.len() > most;
    body.truncate(most);
    Ok((body, capped))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use http::HeaderValue;

    use super::*;

    fn headers(coding: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_static(coding))])
    }

    fn gzip(body: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(body).and_then(|()| encoder.finish()).unwrap_or_default()
    }

    #[test]
    fn every_usual_encoding_is_decoded() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(b"{}").and_then(|()| raw.write_all(b"{}")).expect("written");
        let (zlib, raw) = (zlib.finish().expect("zlib"), raw.finish().expect("deflate"));
        // As Node.js and the zstd program write them.
        let brotli = [0x8b, 0x00, 0x80, 0x7b, 0x7d, 0x03].to_vec();
        let zstd = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 0x11, 0x00, 0x00, 0x7b, 0x7d].to_vec();
        let all = [("gzip", gzip(b"{}")), ("deflate", zlib), ("deflate", raw), ("br", brotli), ("zstd", zstd)];
        for (coding, body) in all {
            assert_eq!(decoded(&headers(coding), body, 100), Ok((b"{}".to_vec(), false)), "{coding}");
        }
        assert_eq!(decoded(&headers("gzip, gzip"), gzip(&gzip(b"{}")), 100), Ok((b"{}".to_vec(), false)));
        assert_eq!(decoded(&headers("identity"), b"{}".to_vec(), 100), Ok((b"{}".to_vec(), false)));
    }

    #[test]
    fn a_bomb_is_cut_and_what_is_no_gzip_is_told() {
        let bomb = gzip(&vec![b' '; 10_000_000]);
        let (body, capped) = decoded(&headers("gzip"), bomb, 1000).expect("the beginning of it");
        assert!(capped && body.len() == 1000);
        assert!(decoded(&headers("gzip"), b"{}".to_vec(), 100).is_err());
        assert!(decoded(&headers("unheard-of"), b"{}".to_vec(), 100).is_err());
        assert_eq!(decoded(&headers("gzip"), Vec::new(), 100), Ok((Vec::new(), false)), "a 204, say");
    }
}
