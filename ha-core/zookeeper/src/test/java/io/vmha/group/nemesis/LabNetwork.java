package io.vmha.group.nemesis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * A bridge and a network namespace for each process on it. Several labs run side by side: each has a number of its own, which is its
 * own for as long as its process lives, so that what a dead one left behind is found and removed by the next. As root on Linux, with
 * iproute2. Immutable, but for the machine's network.
 */
final class LabNetwork implements AutoCloseable {
    private static final int MOST = 200;

    private final int number;
    private final FileChannel lockFile;
    private final FileLock lock;
    private final List<String> names;

    private LabNetwork(int number, FileChannel lockFile, FileLock lock, List<String> names) {
        this.number = number;
        this.lockFile = lockFile;
        this.lock = lock;
        this.names = List.copyOf(names);
    }

    /** Makes a network of those processes; no name is longer than three characters. */
    static LabNetwork of(List<String> names) throws IOException {
        for (int number = 1; number <= MOST; number++) {
            Path file = Path.of(System.getProperty("java.io.tmpdir"), "vmha-group-" + number + ".lock");
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    LabNetwork made = new LabNetwork(number, channel, lock, names);
                    made.remove();
                    made.make();
                    return made;
                }
            } catch (OverlappingFileLockException ours) {
                // Another lab of this process has it.
            }
            channel.close();
        }
        throw new IllegalStateException("there are " + MOST + " labs already");
    }

    private void make() {
        run("ip", "link", "add", bridge(), "type", "bridge");
        run("ip", "addr", "add", prefix() + "1/24", "dev", bridge());
        run("ip", "link", "set", bridge(), "up");
        for (String name : names) {
            run("ip", "netns", "add", space(name));
            run("ip", "link", "add", space(name), "type", "veth", "peer", "name", "eth0", "netns", space(name));
            run("ip", "link", "set", space(name), "master", bridge(), "up");
            within(name, "ip", "addr", "add", address(name) + "/24", "dev", "eth0");
            within(name, "ip", "link", "set", "eth0", "up");
            within(name, "ip", "link", "set", "lo", "up");
        }
    }

    private String bridge() {
        return "zkn" + number + "-br";
    }

    private String space(String name) {
        return "zkn" + number + "-" + name;
    }

    private String prefix() {
        return "10.77." + number + ".";
    }

    String address(String name) {
        return prefix() + (10 + names.indexOf(name));
    }

    /** A command as it runs in a process's namespace. "ip netns exec" becomes the command: the process is the command's. */
    List<String> command(String name, List<String> command) {
        return Stream.concat(Stream.of("ip", "netns", "exec", space(name)), command.stream())
                .toList();
    }

    /** Whatever the one sends to the other goes nowhere. */
    void cut(String from, String to) {
        within(from, "ip", "route", "add", "blackhole", address(to) + "/32");
    }

    void heal(String from, String to) {
        within(from, "ip", "route", "del", "blackhole", address(to) + "/32");
    }

    private void within(String name, String... command) {
        run(command(name, List.of(command)).toArray(String[]::new));
    }

    /**
     * Runs a command.
     *
     * @throws IllegalStateException if it fails, with what it says
     */
    static void run(String... command) {
        String said = attempt(command);
        if (!said.isEmpty()) {
            throw new IllegalStateException(String.join(" ", command) + " failed: " + said);
        }
    }

    /** Runs a command; what it says where it fails, and nothing where it does not. */
    static String attempt(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? "" : "failed: " + said;
        } catch (IOException failed) {
            throw new UncheckedIOException("this needs root, iproute2, util-linux and strace", failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    private void remove() {
        for (String name : names) {
            String unused = attempt("ip", "netns", "del", space(name));
        }
        String unused = attempt("ip", "link", "del", bridge());
    }

    @Override
    public void close() {
        remove();
        try {
            lock.release();
            lockFile.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
