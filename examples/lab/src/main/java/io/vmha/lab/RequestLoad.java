package io.vmha.lab;

import io.vmha.model.ClusterRole;
import io.vmha.model.VmType;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The users: a session on each primary guest, each sending requests at a steady rate whatever becomes of the ones before, and
 * every answer written down. A session is opened as a browser's would be, with the cookie that the load balancer gives it.
 * Thread-safe.
 */
final class RequestLoad implements AutoCloseable {
    private static final Duration GIVEN_UP = Duration.ofSeconds(5);
    private static final int OPENINGS = 64;

    private final AtomicLong ids = new AtomicLong();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final Map<String, Session> sessions = new LinkedHashMap<>();
    private final Map<String, Double> rates = new ConcurrentHashMap<>();
    private final BufferedWriter record;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong committed = new AtomicLong();

    /** A user's: the client with its cookie, and the guest that it began on. */
    private record Session(String owner, VmType type, HttpClient client) {}

    RequestLoad(Path file, double perSecond) {
        try {
            record = Files.newBufferedWriter(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (VmType type : List.of(VmType.MIDDLEWARE, VmType.DATABASE)) {
            open(type);
        }
        sessions.keySet().forEach(owner -> {
            rates.put(owner, perSecond);
            sendAfter(owner, ids.get() % 100);
        });
    }

    /** Opens sessions until there is one on each primary guest of that type. */
    private void open(VmType type) {
        List<String> owners = Guest.ALL.stream()
                .filter(guest -> guest.type().equals(type) && guest.role() == ClusterRole.PRIMARY)
                .map(Guest::name)
                .toList();
        for (int i = 0; i < OPENINGS && !sessions.keySet().containsAll(owners); i++) {
            HttpClient client = HttpClient.newBuilder()
                    .connectTimeout(GIVEN_UP)
                    .cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_ALL))
                    .build();
            String server = firstAnswer(client, type);
            if (owners.contains(server)) {
                sessions.putIfAbsent(server, new Session(server, type, client));
            }
        }
        if (!sessions.keySet().containsAll(owners)) {
            throw new LabException("no session was opened on some of " + owners + ": there are " + sessions.keySet());
        }
    }

    private String firstAnswer(HttpClient client, VmType type) {
        try {
            HttpResponse<String> response = client.send(request(type), HttpResponse.BodyHandlers.ofString());
            return response.headers().firstValue("X-Server").orElse("");
        } catch (IOException e) {
            throw new LabException("a session cannot be opened: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while a session was opened");
        }
    }

    private HttpRequest request(VmType type) {
        return request(type, ids.incrementAndGet());
    }

    private static HttpRequest request(VmType type, long id) {
        return HttpRequest.newBuilder(URI.create("http://" + LabSite.MANAGEMENT + ":" + LoadBalancer.PORT + "/"
                        + LoadBalancer.backend(type) + "?id=" + id))
                .timeout(GIVEN_UP)
                .build();
    }

    /** Sets how many requests a second a session sends from now on. */
    void setRate(String owner, double perSecond) {
        rates.put(owner, perSecond);
    }

    private void sendAfter(String owner, long milliseconds) {
        var unused = clock.schedule(() -> send(owner), milliseconds, TimeUnit.MILLISECONDS);
    }

    private void send(String owner) {
        sendAfter(owner, Math.round(TimeUnit.SECONDS.toMillis(1) / rates.getOrDefault(owner, 1.0)));
        Session session = sessions.get(owner);
        if (session == null) {
            return;
        }
        long id = ids.incrementAndGet();
        long at = System.currentTimeMillis();
        sent.incrementAndGet();
        var unused = session.client()
                .sendAsync(request(session.type(), id), HttpResponse.BodyHandlers.ofString())
                .handle((response, failure) -> {
                    write(id, at, session, response);
                    return null;
                });
    }

    private void write(long id, long at, Session session, @Nullable HttpResponse<String> response) {
        int status = response == null ? 0 : response.statusCode();
        String server = response == null
                ? ""
                : response.headers().firstValue("X-Server").orElse("");
        if (status != 200) {
            failed.incrementAndGet();
        } else if (session.type().equals(VmType.DATABASE)) {
            committed.incrementAndGet();
        }
        List<String> columns = new ArrayList<>(List.of(
                Long.toString(id),
                Long.toString(at),
                Long.toString(System.currentTimeMillis() - at),
                session.owner(),
                server.isEmpty() ? "-" : server,
                Integer.toString(status)));
        synchronized (record) {
            try {
                record.write(String.join(" ", columns));
                record.newLine();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    long sent() {
        return sent.get();
    }

    long failed() {
        return failed.get();
    }

    /** How many rows were answered for as committed. */
    long committed() {
        return committed.get();
    }

    /** Sends no more, and waits for the answers that are due. */
    @Override
    public void close() {
        clock.shutdownNow();
        try {
            TimeUnit.MILLISECONDS.sleep(GIVEN_UP.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (record) {
            try {
                record.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
