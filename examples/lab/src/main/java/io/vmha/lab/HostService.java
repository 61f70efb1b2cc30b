package io.vmha.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.model.HostId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * What stands beside the hosts in a rack, for centers that run on the hosts themselves: the power strip, and a way to a shell on each.
 *
 * <p>{@code /HOST/power} is answered with on or off, {@code /HOST/off} pulls the plug, and {@code /HOST/USER/MILLISECONDS} runs the script
 * that is posted. A script that was not started is answered with {@value #NOT_STARTED}, one that failed with {@value #FAILED}, and one
 * whose end was not seen with {@value #UNKNOWN}. Each request has a thread of its own.
 */
final class HostService implements AutoCloseable {
    static final int PORT = 8091;
    static final int OK = 200;
    static final int NOT_STARTED = 503;
    static final int FAILED = 422;
    static final int UNKNOWN = 504;

    private final HostAccess hosts;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    private HostService(HostAccess hosts, HttpServer server) {
        this.hosts = hosts;
        this.server = server;
    }

    /** Starts it on the address of the lab's management. */
    static HostService start(HostAccess hosts) {
        return start(hosts, new InetSocketAddress(LabSite.MANAGEMENT, PORT));
    }

    static HostService start(HostAccess hosts, InetSocketAddress address) {
        try {
            HostService service = new HostService(hosts, HttpServer.create(address, 0));
            service.server.createContext("/", service::handle);
            service.server.setExecutor(service.threads);
            service.server.start();
            return service;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String[] words = exchange.getRequestURI().getPath().substring(1).split("/", -1);
        int status = OK;
        String said;
        try {
            said = words.length == 3
                    ? run(words, new String(exchange.getRequestBody().readAllBytes(), UTF_8))
                    : power(HostId.of(words[0]), words[words.length - 1]);
        } catch (AdapterException.Transient notStarted) {
            status = NOT_STARTED;
            said = String.valueOf(notStarted.getMessage());
        } catch (AdapterException.OutcomeUnknown unknown) {
            status = UNKNOWN;
            said = String.valueOf(unknown.getMessage());
        } catch (RuntimeException failed) {
            status = FAILED;
            said = String.valueOf(failed.getMessage());
        }
        HttpAnswer.give(exchange, status, said);
    }

    private String run(String[] words, String script) {
        Duration limit = Duration.ofMillis(Long.parseLong(words[2]));
        return hosts.shell(HostId.of(words[0]), words[1]).run(script, CallContext.within(limit));
    }

    private String power(HostId host, String what) {
        switch (what) {
            case "off" -> hosts.pullPlug(host);
            case "power" -> {
                // It is answered with what the host's power is.
            }
            default -> throw new IllegalArgumentException("power or off is needed: " + what);
        }
        return hosts.isOn(host) ? "on" : "off";
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
