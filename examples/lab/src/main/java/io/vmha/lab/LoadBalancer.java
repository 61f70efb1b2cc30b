package io.vmha.lab;

import static java.util.stream.Collectors.joining;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.haproxy.HaproxyServer;
import io.vmha.adapter.haproxy.HaproxyTrafficDirector;
import io.vmha.model.ClusterRole;
import io.vmha.model.VmType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** The lab's HAProxy: a backend for each type of guest. Not thread-safe. */
final class LoadBalancer implements AutoCloseable {
    static final int PORT = 80;
    static final int STATISTICS_PORT = 8404;
    private static final int SHARE = 16;
    private static final int GUEST_PORT = 8080;
    /** More requests at once than that would all be late on one emulated processor: the others wait, and then are told so. */
    private static final int AT_ONCE = 4;

    private final Process haproxy;

    private LoadBalancer(Process haproxy) {
        this.haproxy = haproxy;
    }

    static LoadBalancer start(LabSite site) {
        try {
            Files.writeString(site.file("haproxy.cfg"), configuration(site));
            Files.writeString(
                    map(site),
                    Guest.ALL.stream()
                            .map(guest -> guest.name() + " " + guest.name())
                            .collect(joining("\n", "", "\n")));
            Files.deleteIfExists(site.file("servers"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        LoadBalancer started = new LoadBalancer(site.shell()
                .start(
                        site.file("haproxy.log"),
                        List.of("haproxy", "-db", "-f", site.file("haproxy.cfg").toString())));
        Waiting.until("HAProxy answers", Duration.ofSeconds(10), () -> {
            director(site).reconcile(CallContext.within(Duration.ofSeconds(2)));
            return true;
        });
        return started;
    }

    static Path socket(LabSite site) {
        return site.file("haproxy.sock");
    }

    private static Path map(LabSite site) {
        return site.file("routes.map");
    }

    /** Moves its requests. */
    static HaproxyTrafficDirector director(LabSite site) {
        HaproxyTrafficDirector.Builder builder = HaproxyTrafficDirector.builder()
                .socket(socket(site))
                .routesMap(map(site))
                .serverStateFile(site.file("servers"));
        Guest.ALL.forEach(guest -> builder.server(new HaproxyServer(
                guest.id(), backend(guest.type()), guest.name(), guest.role() == ClusterRole.PRIMARY ? SHARE : 0)));
        return builder.build();
    }

    static String backend(VmType type) {
        return type.value().toLowerCase(Locale.ROOT);
    }

    private static String configuration(LabSite site) {
        StringBuilder text = new StringBuilder(
                """
                global
                    stats socket %1$s mode 600 level admin
                    server-state-file %2$s
                defaults
                    mode http
                    load-server-state-from-file global
                    option redispatch 1
                    option abortonclose
                    retries 2
                    timeout connect 300ms
                    timeout client 10s
                    timeout server 3s
                    timeout queue 1s
                frontend statistics
                    bind %3$s:%5$d
                    stats enable
                    stats uri /
                frontend requests
                    bind %3$s:%4$d
                    use_backend database if { path_beg /database }
                    default_backend middleware
                """.formatted(socket(site), site.file("servers"), LabSite.MANAGEMENT, PORT, STATISTICS_PORT));
        for (VmType type : List.of(VmType.MIDDLEWARE, VmType.DATABASE)) {
            text.append("""
                    backend %1$s
                        http-request set-var(txn.owner) req.cook(%2$s)
                        http-request set-var(txn.server) var(txn.owner),map(%3$s)
                        http-request set-path /cgi-bin/request
                        use-server %%[var(txn.server)] if { var(txn.server) -m found }
                        http-response add-header Set-Cookie "%2$s=%%s; Path=/; HttpOnly" unless { var(txn.server) -m found }
                    """.formatted(backend(type), type.value(), map(site)));
            Guest.ALL.stream()
                    .filter(guest -> guest.type().equals(type))
                    .forEach(guest -> text.append("    server %s %s:%d maxconn %d %s\n"
                            .formatted(
                                    guest.name(),
                                    guest.address(),
                                    GUEST_PORT,
                                    AT_ONCE,
                                    guest.role() == ClusterRole.PRIMARY ? "weight " + SHARE : "disabled")));
        }
        return text.toString();
    }

    @Override
    public void close() {
        haproxy.destroy();
    }
}
