//! Pictures of bots and chats, as far as they can be told from other files.

use base64::{Engine, engine::general_purpose::STANDARD};

/// How large a picture is, if that is known; `Err` for what is no picture.
pub(super) fn size(base64: &str) -> Result<Option<(u32, u32)>, ()> {
    let bytes = STANDARD.decode(base64.trim()).map_err(|_| ())?;
    let word = |from: usize, length: usize| bytes.get(from..from + length);
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    if starts(b"\x89PNG\r\n\x1a\n") {
        let number = |at| Some(u32::from_be_bytes(word(at, 4)?.try_into().ok()?));
        return Ok(number(16).zip(number(20)));
    }
    if starts(b"GIF87a") || starts(b"GIF89a") {
        let number = |at| Some(u16::from_le_bytes(word(at, 2)?.try_into().ok()?).into());
        return Ok(number(6).zip(number(8)));
    }
    let webp = starts(b"RIFF") && word(8, 4) == Some(b"WEBP");
    if starts(b"\xff\xd8\xff") || starts(b"BM") || webp {
        return Ok(None);
    }
    Err(())
}
