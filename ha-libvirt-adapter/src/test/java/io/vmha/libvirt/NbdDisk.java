package io.vmha.libvirt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.awaitility.Awaitility;

/** A guest's disk that is served by a process of the test, so that it can be made to fail. */
final class NbdDisk implements AutoCloseable {
    private final Lab lab;
    private final Path socket;
    private final Process server;

    private NbdDisk(Lab lab, Path socket, Process server) {
        this.lab = lab;
        this.socket = socket;
        this.server = server;
    }

    static NbdDisk serve(Lab lab) {
        try {
            Path image = lab.folder().resolve("storage/nbd.img");
            Path socket = lab.folder().resolve("storage/nbd.sock");
            Files.copy(lab.folder().resolve("guest/data.img"), image, StandardCopyOption.REPLACE_EXISTING);
            Files.deleteIfExists(socket);
            Process server = new ProcessBuilder(
                            "qemu-nbd", "-k", socket.toString(), "-f", "raw", "-t", image.toString())
                    .inheritIO()
                    .start();
            Awaitility.await().until(() -> Files.exists(socket));
            return new NbdDisk(lab, socket, server);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The definition of a guest that has it for its data disk. */
    Path domainXml(String name) {
        try {
            String xml = Files.readString(lab.folder().resolve("guest/vm1.xml"), StandardCharsets.UTF_8)
                    .replace("<name>vm1</name>", "<name>" + name + "</name>")
                    .replaceAll("<uuid>.*</uuid>", "")
                    .replace("guest/vm1.console", "guest/" + name + ".console")
                    .replace("<disk type='file'", "<disk type='network'")
                    .replaceAll(
                            "<source file='[^']*img'/>",
                            "<source protocol='nbd'><host transport='unix' socket='" + socket + "'/></source>");
            Path file = lab.folder().resolve("guest/" + name + ".xml");
            return Files.writeString(file, xml, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From now on every access is answered with an error. */
    void fail() {
        server.destroyForcibly();
    }

    @Override
    public void close() {
        server.destroyForcibly();
    }
}
