//! Files that were sent to chats, and links to them.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::SystemTime,
};

use super::{ChatId, UserId, World};
use crate::auth::random;

const FIRST_FILE: u64 = 5101;

/// A file in a chat.
pub(crate) struct File {
    pub(crate) id: u64,
    pub(crate) chat: ChatId,
    pub(crate) author: UserId,
    pub(crate) name: String,
    pub(crate) date: SystemTime,
    pub(crate) content: Arc<[u8]>,
}

impl File {
    /// In lower case, without the dot; empty where there is none.
    pub(crate) fn extension(&self) -> String {
        let extension = self.name.rsplit_once('.').map(|(_, extension)| extension);
        extension.unwrap_or_default().to_lowercase()
    }

    /// What its name promises.
    pub(crate) fn kind(&self) -> &'static str {
        match self.extension().as_str() {
            "bmp" | "gif" | "jpeg" | "jpg" | "png" | "webp" => "image",
            "avi" | "mkv" | "mov" | "mp4" | "webm" => "video",
            "aac" | "flac" | "m4a" | "mp3" | "ogg" | "wav" => "audio",
            _ => "file",
        }
    }
}

/// All files, and the links that are good.
#[derive(Default)]
pub(super) struct Files {
    files: BTreeMap<u64, File>,
    /// Files by the token in a link to them.
    links: HashMap<String, u64>,
    issued: u64,
}

impl World {
    /// Keeps a file and gives its id.
    pub(crate) fn add_file(
        &mut self,
        chat: ChatId,
        author: UserId,
        name: &str,
        content: Vec<u8>,
        now: SystemTime,
    ) -> u64 {
        let id = match self.files.files.last_key_value() {
            Some((last, _)) => last + 1,
            None => FIRST_FILE,
        };
        let file = File {
            id,
            chat,
            author,
            name: name.to_owned(),
            date: now,
            content: content.into(),
        };
        self.files.files.insert(id, file);
        id
    }

    pub(crate) fn file(&self, id: u64) -> Option<&File> {
        self.files.files.get(&id)
    }

    /// A token for one download of a file.
    pub(crate) fn link(&mut self, id: u64) -> String {
        self.files.issued += 1;
        // Without random bytes a number still is a token of its own.
        let token = random(16).unwrap_or_else(|_| format!("{:032x}", self.files.issued));
        self.files.links.insert(token.clone(), id);
        token
    }

    /// What is behind a link, which is used up by that.
    pub(crate) fn follow(&mut self, token: &str) -> Option<Arc<[u8]>> {
        let id = self.files.links.remove(token)?;
        self.file(id).map(|file| Arc::clone(&file.content))
    }
}
