package io.vmha.monitor;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * A folder that is this process's alone (mode 0700), so that no other user decides what is written where. Stateless.
 *
 * <p>What stands under its name and is no such folder, such as a link or a pipe, is left as it is and never opened.
 */
final class OwnFolder {
    static final String NAME = ".vmha-monitor";
    private static final int ALL_PERMISSIONS = 0777;
    private static final int OWNER_ONLY = 0700;

    /** There is no folder that is safe to use; that says nothing of the disk. */
    static final class NotOursException extends IOException {
        private static final long serialVersionUID = 1L;

        NotOursException(String why) {
            super(why);
        }
    }

    private OwnFolder() {}

    /**
     * Returns the folder of that name in the given one, made if it is missing.
     *
     * @throws NotOursException if another user has made something of that name, or could put something in its place
     * @throws IOException if the system fails at it, such as on a read-only filesystem
     */
    static Path in(Path parent, String name) throws IOException {
        Optional<String> danger = TrustedPath.whyNotFolder(parent);
        if (danger.isPresent()) {
            throw new NotOursException(danger.get());
        }
        Path own = parent.toRealPath().resolve(name);
        if (!Files.exists(own, LinkOption.NOFOLLOW_LINKS)) {
            create(own);
        }
        TrustedPath.Entry entry = TrustedPath.Entry.of(own);
        if (!Files.isDirectory(own, LinkOption.NOFOLLOW_LINKS)) {
            throw new NotOursException(own + " is no folder: somebody else has made it");
        }
        if (!entry.isOwn() || (entry.mode() & ALL_PERMISSIONS) != OWNER_ONLY) {
            throw new NotOursException(
                    own + " is not this monitor's alone: uid " + entry.uid() + ", mode " + entry.permissions());
        }
        return own;
    }

    private static void create(Path own) throws IOException {
        try {
            Files.createDirectory(
                    own, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException somebodyWasFaster) {
            throw new NotOursException(own + " was made by somebody else at this moment");
        }
    }
}
