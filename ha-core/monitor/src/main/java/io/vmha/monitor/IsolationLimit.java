package io.vmha.monitor;

import static io.vmha.monitor.internal.Checks.checkArgument;

import io.vmha.monitor.internal.DaemonThreads;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a machine that isolates itself at each of its starts from doing so for ever: after so many in a row it stays up.
 *
 * <p>Since a machine that isolates itself may not be able to write any more, each start is written down beforehand, and taken back
 * when the machine has run for {@link #SETTLING} without a fault or is stopped in order. A start that was not taken back is counted
 * as an isolation, whatever ended it. Where that cannot be written at the start, nothing is isolated: the row would never end.
 *
 * <p>Thread-safe; {@link #refusal} waits for nothing.
 */
final class IsolationLimit {
    /** How long a machine runs without a fault before its next isolation is the first in a row again. */
    static final Duration SETTLING = Duration.ofMinutes(10);

    static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
    static final Path FOLDER = Path.of("/var/lib/vmha");
    static final int MOST = 2;

    private static final Duration STOP = Duration.ofSeconds(2);
    private static final ThreadFactory THREADS = DaemonThreads.named("isolation-limit-%d");
    private static final Logger LOG = LoggerFactory.getLogger(IsolationLimit.class);
    private static final String FILE = "isolations";
    private static final int MOST_BYTES = 256;
    /** How many isolations came before, the boot that wrote it, and whether that has not been taken back. */
    private static final Pattern LINE = Pattern.compile("(\\d{1,9}) ([0-9a-zA-Z-]{1,64}) (open|closed)\\n?");

    private final Path folder;
    private final String boot;
    private final int most;
    private volatile int row;
    private volatile boolean isolating;
    private volatile Optional<String> failure = Optional.empty();

    private IsolationLimit(Path folder, String boot, int most) {
        this.folder = folder;
        this.boot = boot;
        this.most = most;
    }

    /**
     * Writes this start down; several in one boot are one.
     *
     * @param folder where, made if it is missing; it and the folders above it are root's or this user's own, or sticky
     * @param most how many isolations in a row there may be, 1 or more
     * @param bootId the file that tells one boot from another
     * @throws IllegalArgumentException if the number is below 1
     */
    static IsolationLimit start(Path folder, int most, Path bootId) {
        checkArgument(most >= 1, "most must be 1 or more: %s", most);
        String boot = "unknown";
        try {
            boot = Files.readString(bootId, StandardCharsets.US_ASCII).strip();
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            IsolationLimit limit = new IsolationLimit(folder, boot, most);
            limit.row = limit.isolationsBefore();
            limit.write("open");
            return limit;
        } catch (IOException cannotCount) {
            IsolationLimit limit = new IsolationLimit(folder, boot, most);
            limit.failure = Optional.of("isolations in a row cannot be counted: " + cannotCount);
            return limit;
        }
    }

    private int isolationsBefore() throws IOException {
        Path file = file();
        String text;
        try {
            text = Files.size(file) > MOST_BYTES ? "" : Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException never) {
            return 0;
        }
        Matcher line = LINE.matcher(text);
        if (!line.matches()) {
            // What a power cut left of it: the machine did not stop in order, which is all that is known.
            return 1;
        }
        int before = Integer.parseInt(line.group(1));
        if (line.group(2).equals(boot)) {
            return before;
        }
        return line.group(3).equals("open") ? before + 1 : 0;
    }

    /** Returns why this machine is not to be isolated; empty if it may be. */
    Optional<String> refusal() {
        if (failure.isPresent()) {
            return failure;
        }
        return row < most
                ? Optional.empty()
                : Optional.of("isolated " + row + " times in a row, each soon after a start: it stays up this time");
    }

    /** Says that the machine has run for {@link #SETTLING} without a fault: the next isolation is the first again. */
    void settled() {
        row = 0;
        takeBack();
    }

    /**
     * Says that the machine, or its monitor alone, is being stopped in order; that takes back no start that ended in isolation. Waits
     * a little for the disk, which may be the reason of the stop.
     */
    void stopped() {
        if (isolating) {
            return;
        }
        CompletableFuture<Void> written = CompletableFuture.runAsync(
                this::takeBack, task -> THREADS.newThread(task).start());
        try {
            written.get(STOP.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException now) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException hangs) {
            LOG.warn("this start goes on counting as one that ended in isolation: {}", hangs.toString());
        }
    }

    /** The machine is being isolated. */
    void isolating() {
        isolating = true;
    }

    private void takeBack() {
        try {
            write("closed");
            failure = Optional.empty();
        } catch (IOException readOnlyByNow) {
            LOG.warn("this start goes on counting as one that ended in isolation: {}", readOnlyByNow.toString());
        }
    }

    private Path file() throws IOException {
        return OwnFolder.in(folder, OwnFolder.NAME).resolve(FILE);
    }

    private synchronized void write(String state) throws IOException {
        Path file = file();
        Path next = file.resolveSibling(FILE + ".next");
        try (FileOutputStream stream = new FileOutputStream(next.toFile())) {
            stream.write((row + " " + boot + " " + state + "\n").getBytes(StandardCharsets.US_ASCII));
            stream.getFD().sync();
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
