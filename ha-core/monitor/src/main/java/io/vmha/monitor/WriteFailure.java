package io.vmha.monitor;

import io.vmha.monitor.report.GuestFault;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.SyncFailedException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Tells what a write that failed says of the filesystem: that it is broken, or only that nothing could be tried. Immutable. */
final class WriteFailure {
    // What the C library says for EROFS; ENOSPC and EDQUOT; EIO, EUCLEAN, ENODATA, EBADMSG, ENODEV, ENXIO, EREMOTEIO,
    // ETIMEDOUT,
    // ENOLINK, ESHUTDOWN and ESTALE.
    private static final String READ_ONLY = "read-only file system";
    private static final Set<String> FULL = Set.of("no space left on device", "disk quota exceeded");
    private static final Set<String> BROKEN = Set.of(
            "input/output error",
            "structure needs cleaning",
            "no data available",
            "bad message",
            "no such device",
            "no such device or address",
            "remote i/o error",
            "connection timed out",
            "link has been severed",
            "cannot send after transport endpoint shutdown",
            "stale file handle");

    /** In the language of this process: the first page of its memory is not there, which reads as EIO. */
    private static final Optional<String> INPUT_OUTPUT_ERROR = inputOutputError();

    private WriteFailure() {}

    /** Returns a fault where the system said that the filesystem does not take a write, and unknown for everything else. */
    static ProbeResult of(Path folder, IOException failed) {
        String detail = "write to " + folder + ": " + failed;
        return kindOf(folder, failed)
                .map(kind -> ProbeResult.failed(kind, detail))
                .orElseGet(() -> ProbeResult.unknown(detail));
    }

    private static Optional<GuestFault> kindOf(Path folder, IOException failed) {
        if (failed instanceof OwnFolder.NotOursException) {
            return Optional.empty();
        }
        if (failed instanceof SyncFailedException) {
            // Its text tells no cause; what the filesystem says of itself may.
            return Optional.of(inAnotherLanguage(folder).orElse(GuestFault.IO_ERROR));
        }
        String reason = reason(failed);
        if (reason.equals(READ_ONLY)) {
            return readOnly(folder);
        }
        if (FULL.contains(reason)) {
            return Optional.of(GuestFault.DISK_FULL);
        }
        if (BROKEN.contains(reason) || INPUT_OUTPUT_ERROR.filter(reason::equals).isPresent()) {
            return Optional.of(GuestFault.IO_ERROR);
        }
        return inAnotherLanguage(folder);
    }

    /** The system's words alone: a path before them could hold any. */
    private static String reason(IOException failed) {
        String said = failed instanceof FileSystemException named ? named.getReason() : failed.getMessage();
        String text = String.valueOf(said);
        int bracket = failed instanceof FileNotFoundException && text.endsWith(")") ? text.lastIndexOf('(') : -1;
        String reason = bracket < 0 ? text : text.substring(bracket + 1, text.length() - 1);
        return reason.toLowerCase(Locale.ROOT);
    }

    /** A mount that alone is read-only, such as a bind mount or a service's sandbox, says nothing of its filesystem. */
    private static Optional<GuestFault> readOnly(Path folder) {
        try {
            Optional<Mount> mount = MountTable.of(MountTable.OWN).mountOf(folder.toRealPath());
            return mount.filter(Mount::isReadOnlyAlone).isPresent()
                    ? Optional.empty()
                    : Optional.of(GuestFault.FILESYSTEM_READ_ONLY);
        } catch (IOException unknown) {
            return Optional.of(GuestFault.FILESYSTEM_READ_ONLY);
        }
    }

    /** What the filesystem itself says of it, whatever the words were. */
    private static Optional<GuestFault> inAnotherLanguage(Path folder) {
        try {
            FileStore store = Files.getFileStore(folder);
            if (store.isReadOnly()) {
                return readOnly(folder);
            }
            // Filesystems without blocks of their own tell no size at all.
            return store.getTotalSpace() > 0 && store.getUsableSpace() == 0
                    ? Optional.of(GuestFault.DISK_FULL)
                    : Optional.empty();
        } catch (IOException unknown) {
            return Optional.empty();
        }
    }

    private static Optional<String> inputOutputError() {
        try (FileInputStream memory = new FileInputStream("/proc/self/mem")) {
            memory.read();
            return Optional.empty();
        } catch (IOException error) {
            return Optional.ofNullable(error.getMessage()).map(text -> text.toLowerCase(Locale.ROOT));
        }
    }
}
