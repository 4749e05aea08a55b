//! Another user of this system, whom a command is run as.

use std::io;
use std::path::Path;
use std::process::{Child, Command};

use crate::exit::Failure;

/// What the system knows of a user, in the files that sops looks into as well.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct User {
    name: String,
    uid: u32,
    gid: u32,
    /// All groups, their own one first.
    groups: Vec<u32>,
    home: String,
}

impl User {
    pub(super) fn named(name: &str) -> Result<Self, Failure> {
        let read = |path: &str| {
            std::fs::read_to_string(path)
                .map_err(|error| Failure::new(format!("{path}: cannot be read: {error}")))
        };
        let (users, groups) = (read("/etc/passwd")?, read("/etc/group")?);
        Self::in_files(name, &users, &groups)
            .ok_or_else(|| Failure::new(format!("user: unknown user {name}: /etc/passwd does not name them")))
    }

    fn in_files(name: &str, users: &str, groups: &str) -> Option<Self> {
        fn fields(line: &str) -> Vec<&str> {
            line.trim().split(':').collect()
        }
        let of_user = |line| match fields(line).as_slice() {
            [own, _, uid, gid, _, home, ..] if *own == name => {
                Some((uid.parse().ok()?, gid.parse().ok()?, home.to_string()))
            }
            _ => None,
        };
        let (uid, gid, home) = users.lines().find_map(of_user)?;
        let with_user = |line| match fields(line).as_slice() {
            [_, _, group, members] if members.split(',').any(|own| own.trim() == name) => group.parse().ok(),
            _ => None,
        };
        let others = groups.lines().filter_map(with_user).filter(|group| *group != gid);
        let groups = std::iter::once(gid).chain(others).collect();
        Some(Self { name: name.to_string(), uid, gid, groups, home })
    }

    /// What their commands find in the environment.
    pub(super) fn environment(&self) -> [(&'static str, &str); 3] {
        [("HOME", &self.home), ("USER", &self.name), ("LOGNAME", &self.name)]
    }

    /// Gives them a file.
    pub(super) fn own(&self, path: &Path) -> Result<(), Failure> {
        std::os::unix::fs::chown(path, Some(self.uid), Some(self.gid)).map_err(|error| {
            Failure::new(format!("{}: cannot be given to {}: {error}", path.display(), self.name))
        })
    }

    /// Starts a command as this user.
    pub(super) fn spawn(&self, mut command: Command) -> io::Result<Child> {
        // Only one thread becomes the user: somebody has to clean up who may.
        std::thread::scope(|scope| {
            let started = scope.spawn(|| {
                self.enter(&mut command)?;
                command.spawn()
            });
            started.join().unwrap_or_else(|_| Err(io::Error::other("its thread ended")))
        })
    }

    /// Becomes this user and the command. Only a failure comes back.
    pub(super) fn exec(&self, mut command: Command) -> io::Error {
        use std::os::unix::process::CommandExt as _;
        match self.enter(&mut command) {
            Ok(()) => command.exec(),
            Err(error) => error,
        }
    }

    /// This thread becomes the user.
    #[cfg(target_os = "linux")]
    fn enter(&self, _: &mut Command) -> io::Result<()> {
        use rustix::thread::{Gid, Uid};
        use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
        let groups: Vec<_> = self.groups.iter().map(|group| Gid::from_raw(*group)).collect();
        let (uid, gid) = (Uid::from_raw(self.uid), Gid::from_raw(self.gid));
        set_thread_groups(&groups)?;
        set_thread_res_gid(gid, gid, gid)?;
        Ok(set_thread_res_uid(uid, uid, uid)?)
    }

    /// The command is run as the user, without the other groups.
    #[cfg(not(target_os = "linux"))]
    fn enter(&self, command: &mut Command) -> io::Result<()> {
        use std::os::unix::process::CommandExt as _;
        command.uid(self.uid).gid(self.gid);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_and_their_groups_are_found() {
        let users = "root:x:0:0:root:/root:/bin/sh\n# no\nbroken\nme:x:1000:100:Me,,,:/home/me:/bin/sh\n";
        let groups = "root:x:0:\nusers:x:100:me\nwheel:x:10:you,me\naudio:x:29:you\nodd\n";
        let me = User::in_files("me", users, groups).unwrap();
        let expected = User {
            name: "me".to_string(),
            uid: 1000,
            gid: 100,
            groups: vec![100, 10],
            home: "/home/me".to_string(),
        };
        assert_eq!(me, expected);
        assert_eq!(User::in_files("you", users, groups), None);
        assert_eq!(User::in_files("x", "x:x:-1:0::/:\n", ""), None);
    }
}
