package io.vmha.monitor.report;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * Serves a {@link FaultReportReceiver} at {@code POST /v1/report} on the JDK's HTTP server. Thread-safe.
 *
 * <p>At most {@value #MAX_THREADS} requests are read at a time; a connection beyond is closed, and so is one whose request has
 * not come whole within {@link #REQUEST_DEADLINE}, so that clients that send a byte now and then hold no thread for long.
 *
 * <p>The JDK's server has its limits on connections as system properties, which are read once and hold for all such servers
 * in the process. Set them on the command line: {@code -Dsun.net.httpserver.idleInterval=10}, {@code
 * -Dsun.net.httpserver.maxIdleConnections=2000} (how many monitors may keep their connection open; the others connect anew
 * for each heartbeat) and, where the JDK has it, {@code -Djdk.httpserver.maxConnections=4000}.
 */
public final class ReportServer implements AutoCloseable {
    /** The path that it serves. */
    public static final String PATH = "/v1/report";

    /** How long a request may take to come whole, its TLS handshake included. */
    public static final Duration REQUEST_DEADLINE = Duration.ofSeconds(5);

    private static final int MAX_THREADS = 256;
    private static final int BACKLOG = 1024;
    private static final int SWEEPS_A_DEADLINE = 4;
    private static final int TOO_MANY = Refusal.TOO_MANY.status();

    private final FaultReportReceiver receiver;
    private final HttpServer server;
    private final Duration requestDeadline;
    private final ExecutorService threads = pool("report-server");
    private final ExecutorService answers = pool("report-server-answer");
    private final ScheduledExecutorService deadlines =
            Executors.newSingleThreadScheduledExecutor(daemons("report-server-deadline"));
    private final ConcurrentMap<FutureTask<?>, Long> underWay = new ConcurrentHashMap<>();

    private ReportServer(FaultReportReceiver receiver, HttpServer server, Duration requestDeadline) {
        this.receiver = receiver;
        this.server = server;
        this.requestDeadline = requestDeadline;
    }

    private static ExecutorService pool(String name) {
        return new ThreadPoolExecutor(0, MAX_THREADS, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), daemons(name));
    }

    private static ThreadFactory daemons(String name) {
        return new ThreadFactoryBuilder().setNameFormat(name).setDaemon(true).build();
    }

    /**
     * Starts a server without TLS. Messages are signed all the same; what they say can be read on the way.
     *
     * @throws IOException if the address cannot be bound
     */
    public static ReportServer start(FaultReportReceiver receiver, InetSocketAddress address) throws IOException {
        return start(receiver, address, REQUEST_DEADLINE);
    }

    static ReportServer start(FaultReportReceiver receiver, InetSocketAddress address, Duration requestDeadline)
            throws IOException {
        return new ReportServer(receiver, HttpServer.create(address, BACKLOG), requestDeadline).started();
    }

    /**
     * Starts a server with TLS.
     *
     * @param context has the server's certificate and, for mutual TLS, the authorities that clients are trusted by
     * @param clientsNeedCertificate whether a client without a trusted certificate is refused, besides what its signature says
     * @throws IOException if the address cannot be bound
     */
    public static ReportServer startTls(
            FaultReportReceiver receiver, InetSocketAddress address, SSLContext context, boolean clientsNeedCertificate)
            throws IOException {
        HttpsServer server = HttpsServer.create(address, BACKLOG);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters connection) {
                SSLParameters parameters = getSSLContext().getDefaultSSLParameters();
                parameters.setNeedClientAuth(clientsNeedCertificate);
                connection.setSSLParameters(parameters);
            }
        });
        return new ReportServer(receiver, server, REQUEST_DEADLINE).started();
    }

    private ReportServer started() {
        server.createContext("/", this::handle);
        server.setExecutor(this::readByDeadline);
        long sweep = requestDeadline.toNanos() / SWEEPS_A_DEADLINE;
        ScheduledFuture<?> unused =
                deadlines.scheduleAtFixedRate(this::interruptLate, sweep, sweep, TimeUnit.NANOSECONDS);
        server.start();
        return this;
    }

    private void readByDeadline(Runnable exchange) {
        FutureTask<?> reading = new FutureTask<>(Executors.callable(exchange));
        underWay.put(reading, System.nanoTime());
        try {
            threads.execute(() -> {
                reading.run();
                underWay.remove(reading);
            });
        } catch (RejectedExecutionException full) {
            underWay.remove(reading);
            throw full;
        }
    }

    /** A thread that is interrupted closes the connection that it reads, which frees it. */
    private void interruptLate() {
        long now = System.nanoTime();
        underWay.forEach((reading, since) -> {
            if (now - since >= requestDeadline.toNanos()) {
                reading.cancel(true);
            }
        });
    }

    /** The address that it listens at. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String source = exchange.getRemoteAddress().getAddress().getHostAddress();
        if (!exchange.getRequestURI().getPath().equals(PATH)) {
            refuse(exchange, receiver.mayExplain(source) ? 404 : TOO_MANY);
        } else if (!exchange.getRequestMethod().equals("POST")) {
            refuse(exchange, receiver.mayExplain(source) ? 405 : TOO_MANY);
        } else {
            byte[] body = exchange.getRequestBody().readNBytes(ReportFormat.MAX_BYTES + 1);
            CompletableFuture<ReceiverAnswer> answer =
                    receiver.receive(source, body).toCompletableFuture();
            if (answer.isDone()) {
                answer(exchange, answer.join());
            } else {
                CompletableFuture<?> unused = answer.thenAcceptAsync(late -> answer(exchange, late), answers);
            }
        }
    }

    private static void refuse(HttpExchange exchange, int status) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(status, -1);
        }
    }

    private static void answer(HttpExchange exchange, ReceiverAnswer answer) {
        answer.confirmation().ifPresent(value -> exchange.getResponseHeaders().set(ReceiverAnswer.HEADER, value));
        try {
            refuse(exchange, answer.status());
        } catch (IOException gone) {
            // The client went away; a monitor that did tries again.
            throw new UncheckedIOException(gone);
        }
    }

    /** Stops the server at once; what is under way is not answered. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        answers.shutdownNow();
        deadlines.shutdownNow();
    }
}
