package io.vmha.monitor.report;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * Serves a {@link FaultReportReceiver} at {@code POST /v1/report} on the JDK's HTTP server. Thread-safe.
 *
 * <p>At most {@value #MAX_THREADS} requests are read at a time; a connection beyond is closed. The JDK's server has its limits on
 * connections and time as system properties, which are read once and hold for all such servers in the process. Set them on
 * the command line: {@code -Dsun.net.httpserver.maxReqTime=5} (seconds until a request must have come whole; without it a
 * client that sends a byte now and then holds a thread for ever), {@code -Dsun.net.httpserver.maxRspTime=10}, {@code
 * -Dsun.net.httpserver.idleInterval=10}, {@code -Dsun.net.httpserver.maxIdleConnections=2000} and, where the JDK has it, {@code
 * -Djdk.httpserver.maxConnections=4000}.
 */
public final class ReportServer implements AutoCloseable {
    /** The path that it serves. */
    public static final String PATH = "/v1/report";

    private static final int MAX_THREADS = 256;
    private static final int BACKLOG = 1024;

    private final FaultReportReceiver receiver;
    private final HttpServer server;
    private final ExecutorService threads;

    private ReportServer(FaultReportReceiver receiver, HttpServer server) {
        this.receiver = receiver;
        this.server = server;
        this.threads = new ThreadPoolExecutor(0, MAX_THREADS, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task, "report-server");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Starts a server without TLS. Messages are signed all the same; what they say can be read on the way.
     *
     * @throws IOException if the address cannot be bound
     */
    public static ReportServer start(FaultReportReceiver receiver, InetSocketAddress address) throws IOException {
        return new ReportServer(receiver, HttpServer.create(address, BACKLOG)).started();
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
        return new ReportServer(receiver, server).started();
    }

    private ReportServer started() {
        server.createContext(PATH, this::handle);
        server.setExecutor(threads);
        server.start();
        return this;
    }

    /** The address that it listens at. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String source = exchange.getRemoteAddress().getAddress().getHostAddress();
        if (!exchange.getRequestURI().getPath().equals(PATH)) {
            refuse(exchange, 404);
        } else if (!exchange.getRequestMethod().equals("POST")) {
            refuse(exchange, 405);
        } else {
            byte[] body = exchange.getRequestBody().readNBytes(ReportFormat.MAX_BYTES + 1);
            receiver.receive(source, body).thenAccept(answer -> answer(exchange, answer));
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
    }
}
