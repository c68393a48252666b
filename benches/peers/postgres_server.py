"""A PostgreSQL server of its own in a directory that goes with it, on a socket, with the settings as installed."""

import glob
import os
import pwd
import shutil
import subprocess
import tempfile
import time


def binaries():
    """Debian keeps the servers out of the path."""
    found = shutil.which("initdb")
    places = [os.path.dirname(os.path.realpath(found))] if found else sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    return places[-1] if places else None


class Server:
    def __init__(self, below):
        self.bin, self.below = binaries(), below
        root = os.getuid() == 0
        # Servers refuse root, and a socket has to be reached by a short path.
        self.user = "nobody" if root else None
        self.socket = tempfile.mkdtemp(prefix="rate-peer-pg-")
        os.makedirs(below, exist_ok=True)
        self.home = tempfile.mkdtemp(prefix="pg-", dir=below)
        self.data = os.path.join(self.home, "data")
        if root:
            it = pwd.getpwnam("nobody")
            for path in (self.socket, self.home):
                os.chown(path, it.pw_uid, it.pw_gid)

    def __enter__(self):
        try:
            self.quietly("initdb", "--auth=trust", "--username=rate", "--encoding=UTF8", "--locale=C", "-D", self.data)
            self.log = open(os.path.join(self.socket, "log"), "w")
            self.process = subprocess.Popen(
                [os.path.join(self.bin, "postgres"), "-D", self.data, "-k", self.socket, "-c", "listen_addresses="],
                user=self.user, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
            for _ in range(600):
                if subprocess.run([os.path.join(self.bin, "pg_isready"), "-q", "-h", self.socket]).returncode == 0:
                    return self
                time.sleep(0.05)
            raise SystemExit("PostgreSQL did not start")
        except BaseException:
            self.__exit__()
            raise

    def quietly(self, program, *arguments):
        done = subprocess.run([os.path.join(self.bin, program), *arguments], user=self.user, cwd="/", capture_output=True,
                              text=True)
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)

    def __exit__(self, *_):
        process = getattr(self, "process", None)
        if process:
            process.send_signal(2)
            process.wait()
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.rmtree(self.socket, ignore_errors=True)

    def psql(self, database, text, variables=()):
        """Runs statements; what they answer. psql ends at the first error."""
        command = [os.path.join(self.bin, "psql"), "-qAt", "-v", "ON_ERROR_STOP=1", "-h", self.socket, "-U", "rate"]
        for name, value in dict(variables).items():
            command += ["-v", "%s=%s" % (name, value)]
        done = subprocess.run(command + [database], input=text, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stderr)
        return done.stdout

    def fresh(self, name):
        self.psql("postgres", 'DROP DATABASE IF EXISTS "%s" WITH (FORCE);\nCREATE DATABASE "%s";\n' % (name, name))
        return "postgres:///%s?user=rate&host=%s" % (name, self.socket)
