package io.vmha.adapter.haproxy;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import com.sun.net.httpserver.HttpServer;
import io.vmha.FreePort;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.LabScript;
import io.vmha.model.VmId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A real HAProxy in front of three servers that answer with their names: mw11, mw21, and the standby's mw31. */
final class HaproxyLab implements AutoCloseable {
    static final VmId MW11 = VmId.of("mw11");
    static final VmId MW21 = VmId.of("mw21");
    static final VmId MW31 = VmId.of("mw31");

    private final Path folder;
    private final Map<VmId, HttpServer> servers = new LinkedHashMap<>();
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final int port;
    private final String balance;
    private final List<String> more;
    private Process haproxy;

    HaproxyLab() {
        this("roundrobin");
    }

    /** With another balancing, and more lines in the backend. */
    HaproxyLab(String balance, String... more) {
        this.balance = balance;
        this.more = List.of(more);
        try {
            LabScript.run("packages.sh", "haproxy:haproxy");
            folder = Files.createTempDirectory("vmha-haproxy");
            for (VmId vm : List.of(MW11, MW21, MW31)) {
                servers.put(vm, server(vm));
            }
            port = FreePort.next();
            Files.writeString(folder.resolve("haproxy.cfg"), configuration());
            Files.writeString(map(), "mw11 mw11\nmw21 mw21\nmw31 mw31\n");
            start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HttpServer server(VmId vm) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] name = vm.value().getBytes(UTF_8);
            exchange.sendResponseHeaders(200, name.length);
            exchange.getResponseBody().write(name);
            exchange.close();
        });
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
        return server;
    }

    private String configuration() {
        StringBuilder lines = new StringBuilder();
        servers.forEach((vm, server) -> lines.append("    server %s 127.0.0.1:%d %s\n"
                .formatted(vm, server.getAddress().getPort(), vm.equals(MW31) ? "disabled" : "weight 16")));
        more.forEach(line -> lines.append("    ").append(line).append('\n'));
        return """
                global
                    stats socket %1$s/admin.sock mode 600 level admin
                    server-state-file %1$s/servers
                defaults
                    mode http
                    load-server-state-from-file global
                    timeout connect 1s
                    timeout client 10s
                    timeout server 10s
                frontend requests
                    bind 127.0.0.1:%2$d
                    default_backend middleware
                resolvers nowhere
                    nameserver none 127.0.0.1:9
                backend middleware
                    balance %4$s
                    http-request set-var(txn.owner) req.cook(MIDDLEWARE)
                    http-request set-var(txn.server) var(txn.owner),map(%1$s/routes.map)
                    use-server %%[var(txn.server)] if { var(txn.server) -m found }
                    http-response add-header Set-Cookie "MIDDLEWARE=%%s; Path=/; HttpOnly" unless { var(txn.server) -m found }
                %3$s""".formatted(folder, port, lines, balance);
    }

    /** Starts HAProxy, with the files as they are, and waits until it answers. */
    void start() throws IOException {
        haproxy = new ProcessBuilder(
                        "haproxy", "-db", "-f", folder.resolve("haproxy.cfg").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("haproxy.log").toFile())
                .start();
        Awaitility.await("HAProxy").atMost(Duration.ofSeconds(20)).until(() -> {
            try {
                return director().serverOf(MW11, CallContext.within(Duration.ofSeconds(1))) != null;
            } catch (RuntimeException e) {
                return false;
            }
        });
    }

    /** Kills HAProxy. */
    void kill() {
        haproxy.destroyForcibly();
        try {
            haproxy.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops HAProxy's process until the handle is closed. */
    AutoCloseable hang() {
        signal("STOP");
        Path status = Path.of("/proc/" + haproxy.pid() + "/status");
        Awaitility.await().until(() -> Files.readString(status).contains("State:\tT"));
        return () -> signal("CONT");
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(haproxy.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    Path socket() {
        return folder.resolve("admin.sock");
    }

    Path map() {
        return folder.resolve("routes.map");
    }

    Path serverState() {
        return folder.resolve("servers");
    }

    HaproxyTrafficDirector director() {
        return builder().build();
    }

    HaproxyTrafficDirector.Builder builder() {
        return HaproxyTrafficDirector.builder()
                .socket(socket())
                .routesMap(map())
                .serverStateFile(serverState())
                .server(new HaproxyServer(MW11, "middleware", "mw11", 16))
                .server(new HaproxyServer(MW21, "middleware", "mw21", 16))
                .server(new HaproxyServer(MW31, "middleware", "mw31", 0));
    }

    /** Who answers a request of a session that began on that machine. */
    VmId answererOf(VmId owner) {
        return VmId.of(send("MIDDLEWARE=" + owner).body());
    }

    /** How many of so many new sessions each machine gets. */
    Map<VmId, Integer> newSessions(int count) {
        Map<VmId, Integer> counts = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            counts.merge(VmId.of(send("").body()), 1, Integer::sum);
        }
        return counts;
    }

    /** Sends a request with that cookie. */
    HttpResponse<String> send(String cookie) {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"));
            if (!cookie.isEmpty()) {
                request.header("Cookie", cookie);
            }
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What HAProxy says of a server's administrative state, as its management guide has the bits. */
    int adminState(String name) {
        for (String line : RuntimeApi.at(socket())
                .read("show servers state middleware", System.nanoTime() + TimeUnit.SECONDS.toNanos(5))) {
            if (line.contains(" " + name + " ")) {
                return ServerState.parse(line).admin();
            }
        }
        throw new IllegalStateException("no server " + name);
    }

    /** Has HAProxy carry out a command of its runtime API. */
    void command(String command) {
        RuntimeApi.at(socket()).execute(command, System.nanoTime() + TimeUnit.SECONDS.toNanos(5));
    }

    @Override
    public void close() {
        kill();
        servers.values().forEach(server -> server.stop(0));
        try {
            MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
