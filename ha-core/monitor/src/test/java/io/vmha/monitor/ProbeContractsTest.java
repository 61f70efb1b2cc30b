package io.vmha.monitor;

import com.sun.net.httpserver.HttpServer;
import io.vmha.monitor.contract.Hang;
import io.vmha.monitor.contract.ProbeContractTest;
import io.vmha.monitor.contract.ProbeTestbed;
import io.vmha.monitor.report.GuestFault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** Every probe of this module keeps the contract. */
class ProbeContractsTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    @Nested
    class Command extends ProbeContractTest {
        @Override
        protected ProbeTestbed newTestbed() throws IOException {
            Path script = Files.writeString(
                    folder.resolve("check"),
                    "#!/bin/sh\ncd " + folder + "\n[ -e hang ] && touch held && exec sleep 600\n[ ! -e broken ]\n");
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
            CommandProbe probe = new CommandProbe(List.of(script.toString()), GuestFault.SERVICE_DOWN);
            return new FileTestbed(probe, GuestFault.SERVICE_DOWN) {
                @Override
                public void fail() throws IOException {
                    Files.createFile(folder.resolve("broken"));
                }

                @Override
                public void heal() throws IOException {
                    Files.delete(folder.resolve("broken"));
                }

                @Override
                public boolean blind() throws IOException {
                    Files.delete(script);
                    return true;
                }

                @Override
                public Optional<Hang> hang() throws IOException {
                    Path hang = Files.createFile(folder.resolve("hang"));
                    return Optional.of(new Hang() {
                        @Override
                        public boolean holdsACall() {
                            return Files.exists(folder.resolve("held"));
                        }

                        @Override
                        public void close() {
                            hang.toFile().delete();
                        }
                    });
                }
            };
        }
    }

    @Nested
    class Tcp extends ProbeContractTest {
        @Override
        protected ProbeTestbed newTestbed() throws IOException {
            AtomicReference<ServerSocket> service = new AtomicReference<>(listen(0));
            int port = service.get().getLocalPort();
            return new FileTestbed(new TcpProbe("127.0.0.1", port, LONG), GuestFault.SERVICE_DOWN) {
                @Override
                public void fail() throws IOException {
                    service.get().close();
                }

                @Override
                public void heal() throws IOException {
                    service.set(listen(port));
                }

                @Override
                public void close() throws IOException {
                    service.get().close();
                }
            };
        }

        private ServerSocket listen(int port) throws IOException {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return socket;
        }
    }

    @Nested
    class Http extends ProbeContractTest {
        private volatile int status = 204;
        private volatile Optional<HeldCalls> gate = Optional.empty();

        @Override
        protected ProbeTestbed newTestbed() throws IOException {
            ExecutorService threads = Executors.newCachedThreadPool();
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_000);
            server.setExecutor(threads);
            server.createContext("/", exchange -> {
                gate.ifPresent(HeldCalls::passDeaf);
                exchange.sendResponseHeaders(status, -1);
                exchange.close();
            });
            server.start();
            URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
            return new FileTestbed(new HttpProbe(address, LONG), GuestFault.SERVICE_DOWN) {
                @Override
                public void fail() {
                    status = 503;
                }

                @Override
                public void heal() {
                    status = 204;
                }

                @Override
                public Optional<Hang> hang() {
                    HeldCalls calls = new HeldCalls();
                    gate = Optional.of(calls);
                    // A socket cannot be interrupted; the probe's own time-out ends it.
                    return Optional.of(calls.asDeafHang(() -> gate = Optional.empty()));
                }

                @Override
                public Duration patience() {
                    return LONG.multipliedBy(2);
                }

                @Override
                public void close() {
                    gate.ifPresent(HeldCalls::close);
                    server.stop(0);
                    threads.shutdownNow();
                }
            };
        }
    }

    @Nested
    class DiskSpace extends ProbeContractTest {
        @Override
        protected ProbeTestbed newTestbed() throws IOException {
            Path watched = folder.resolve("watched");
            // A filesystem without blocks has all its room left; any other has some of it taken.
            Path empty = Path.of("/proc");
            Files.createSymbolicLink(watched, empty);
            return new FileTestbed(new DiskSpaceProbe(watched, 100, 100), GuestFault.DISK_FULL) {
                private void lead(Path to) throws IOException {
                    Files.delete(watched);
                    Files.createSymbolicLink(watched, to);
                }

                @Override
                public void fail() throws IOException {
                    lead(folder);
                }

                @Override
                public void heal() throws IOException {
                    lead(empty);
                }

                @Override
                public boolean blind() throws IOException {
                    lead(folder.resolve("nowhere"));
                    return true;
                }

                @Override
                public void close() throws IOException {
                    Files.delete(watched);
                }
            };
        }
    }

    @Nested
    class MemoryPressure extends ProbeContractTest {
        @Override
        protected ProbeTestbed newTestbed() throws IOException {
            Path pressure = folder.resolve("memory");
            write(pressure, "0.00");
            return new FileTestbed(new MemoryPressureProbe(pressure, 20, 40), GuestFault.GUEST_HUNG) {
                @Override
                public void fail() throws IOException {
                    write(pressure, "55.00");
                }

                @Override
                public void heal() throws IOException {
                    write(pressure, "0.00");
                }

                @Override
                public boolean blind() throws IOException {
                    Files.delete(pressure);
                    return true;
                }
            };
        }

        private void write(Path pressure, String share) throws IOException {
            Files.writeString(pressure, "full avg10=" + share + " avg60=0.00 avg300=0.00 total=7\n");
        }
    }

    @Nested
    class ReadOnlyFilesystem extends ProbeContractTest {
        private volatile Optional<HeldCalls> gate = Optional.empty();

        @Override
        protected ProbeTestbed newTestbed() throws IOException {
            mounted("rw");
            ErrorSigns signs = new ErrorSigns(folder.resolve("ext4"), folder.resolve("zfs"), folder.resolve("devices"));
            Probe write = () -> {
                if (gate.isPresent()) {
                    gate.get().pass();
                }
                return ProbeResult.healthy("written");
            };
            ReadOnlyFilesystemProbe probe = new ReadOnlyFilesystemProbe(
                    List.of(), List.of(), folder.resolve("mountinfo"), signs, point -> write);
            // What is read-only at its first look is meant to be.
            ProbeResult unused = probe.check();
            return new FileTestbed(probe, GuestFault.FILESYSTEM_READ_ONLY) {
                @Override
                public void fail() throws IOException {
                    mounted("ro");
                }

                @Override
                public void heal() throws IOException {
                    mounted("rw");
                }

                @Override
                public boolean blind() throws IOException {
                    Files.delete(folder.resolve("mountinfo"));
                    return true;
                }

                @Override
                public Optional<Hang> hang() {
                    HeldCalls calls = new HeldCalls();
                    gate = Optional.of(calls);
                    count(1);
                    return Optional.of(new Hang() {
                        @Override
                        public boolean holdsACall() {
                            return calls.holdsACall();
                        }

                        @Override
                        public void close() {
                            count(0);
                            gate = Optional.empty();
                            calls.close();
                        }
                    });
                }
            };
        }

        private void count(int errors) {
            try {
                Path device = Files.createDirectories(folder.resolve("ext4/vdb"));
                Files.writeString(device.resolve("errors_count"), errors + "\n");
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }

        private void mounted(String options) throws IOException {
            Files.writeString(
                    folder.resolve("mountinfo"),
                    "20 1 254:20 / " + folder + " rw,relatime shared:1 - ext4 /dev/vdb " + options + "\n");
        }
    }

    @Nested
    class Write extends ProbeContractTest {
        private volatile Optional<HeldCalls> gate = Optional.empty();

        @Override
        protected ProbeTestbed newTestbed() {
            WriteProbe probe = new WriteProbe(folder, WriteProbe.DEFAULT_PATIENCE, unused -> {
                gate.ifPresent(HeldCalls::passDeaf);
                return Optional.empty();
            });
            return new FileTestbed(probe, GuestFault.IO_ERROR) {
                private final Path next = folder.resolve(".vmha-monitor/probe.next");

                /** To open a socket as a file is told as a device that is not there, whoever asks. */
                @Override
                public void fail() throws IOException {
                    Files.createDirectories(
                            next.getParent(),
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                        socket.bind(UnixDomainSocketAddress.of(next));
                    }
                }

                @Override
                public void heal() throws IOException {
                    Files.delete(next);
                }

                @Override
                public boolean blind() throws IOException {
                    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
                    return true;
                }

                @Override
                public Optional<Hang> hang() {
                    HeldCalls calls = new HeldCalls();
                    gate = Optional.of(calls);
                    return Optional.of(calls.asDeafHang(() -> gate = Optional.empty()));
                }
            };
        }
    }

    /** What most testbeds have in common: nothing to close but the folder, which the test removes. */
    private abstract static class FileTestbed implements ProbeTestbed {
        private final Probe probe;
        private final GuestFault fault;

        FileTestbed(Probe probe, GuestFault fault) {
            this.probe = probe;
            this.fault = fault;
        }

        @Override
        public Probe probe() {
            return probe;
        }

        @Override
        public GuestFault fault() {
            return fault;
        }

        @Override
        public void close() throws IOException {}
    }
}
