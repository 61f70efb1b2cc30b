package io.vmha.group.nemesis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A server's disk, small enough to be filled, and slow where it is told to be: each time the server waits for what it wrote to be on the
 * disk, that takes longer. As root on Linux, with strace. Confined to one thread.
 */
final class LabDisk implements AutoCloseable {
    private static final String SIZE = "256m";
    private static final String FILLER = "filler";
    private static final long TRACER_STARTS_MILLIS = 300;

    private final Path folder;
    private Optional<Process> tracer = Optional.empty();

    private LabDisk(Path folder) {
        this.folder = folder;
    }

    /** Mounts a disk at a folder, which is made. */
    static LabDisk at(Path folder) throws IOException {
        Files.createDirectories(folder);
        LabNetwork.run("mount", "-t", "tmpfs", "-o", "size=" + SIZE, "vmha-group", folder.toString());
        return new LabDisk(folder);
    }

    /** Leaves no byte free. */
    void fill() {
        // That there is no room for more is how it ends.
        String unused =
                LabNetwork.attempt("dd", "if=/dev/zero", "of=" + folder.resolve(FILLER), "bs=64k", "status=none");
    }

    void makeRoom() throws IOException {
        Files.deleteIfExists(folder.resolve(FILLER));
    }

    /** Lets a process wait so much longer whenever it forces what it wrote to the disk. */
    void slowDown(long pid, long millis) throws IOException, InterruptedException {
        Process started = new ProcessBuilder(
                        "strace",
                        "-f",
                        "-q",
                        "-o",
                        "/dev/null",
                        "-e",
                        "trace=fsync,fdatasync",
                        "-e",
                        "inject=fsync,fdatasync:delay_enter=" + millis * 1_000,
                        "-p",
                        Long.toString(pid))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("tracer.out").toFile())
                .start();
        tracer = Optional.of(started);
        if (started.waitFor(TRACER_STARTS_MILLIS, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("strace ended: " + Files.readString(folder.resolve("tracer.out")));
        }
    }

    void speedUp() throws InterruptedException {
        if (tracer.isPresent()) {
            tracer.get().destroy();
            int unused = tracer.get().waitFor();
            tracer = Optional.empty();
        }
    }

    @Override
    public void close() {
        tracer.ifPresent(Process::destroy);
        LabNetwork.run("umount", "-l", folder.toString());
    }
}
