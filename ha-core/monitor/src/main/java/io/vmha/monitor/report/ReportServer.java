package io.vmha.monitor.report;

import io.vmha.monitor.internal.DaemonThreads;
import io.vmha.monitor.report.ReportLoop.HttpAnswer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a {@link FaultReportReceiver} at {@code POST /v1/report} over HTTP/1.1. Thread-safe.
 *
 * <p>One thread reads all connections and waits for none, so that slow ones hold nothing up: a request takes a thread only once
 * it has come whole, and a TLS handshake takes one of others. The number of connections is bounded in total and for each
 * source, well below the files that the process may have open. Where there is no room for another, the connection goes whose
 * first request is unfinished for longest; one that carried a genuine message stays. A connection is closed whose request has
 * not come whole within {@link #REQUEST_DEADLINE}, or that carried what was refused. See {@link ConnectionLimits}.
 *
 * <p>It is not built on the JDK's own HTTP server, which gives each request that has begun a thread, bounds connections for
 * the whole process and not for a source, and stops accepting for good when the process has no file left.
 */
public final class ReportServer implements AutoCloseable {
    /** The path that it serves. */
    public static final String PATH = "/v1/report";

    /** How long a request may take to come whole by default, its TLS handshake included. */
    public static final Duration REQUEST_DEADLINE = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(ReportServer.class);
    private static final int THREADS = Math.max(2, Runtime.getRuntime().availableProcessors());
    private static final int TOO_MANY = Refusal.TOO_MANY.status();
    private static final HttpAnswer NOT_NOW =
            new HttpAnswer(ReceiverAnswer.notNow().status(), false, Map.of());

    private final FaultReportReceiver receiver;
    private final ReportLoop loop;
    private final ExecutorService messages = pool("report-server-message");
    private final ExecutorService handshakes = pool("report-server-handshake");

    private ReportServer(
            FaultReportReceiver receiver,
            InetSocketAddress address,
            ConnectionLimits limits,
            ReportLoop.Transports transports)
            throws IOException {
        this.receiver = receiver;
        this.loop = new ReportLoop(address, limits, transports, this::take, messages, handshakes);
    }

    private static ExecutorService pool(String name) {
        return Executors.newFixedThreadPool(THREADS, DaemonThreads.named(name));
    }

    /**
     * Starts a server without TLS and with the default limits. Messages are signed all the same; what they say can be read on
     * the way.
     *
     * @throws IOException if the address cannot be bound
     */
    public static ReportServer start(FaultReportReceiver receiver, InetSocketAddress address) throws IOException {
        return start(receiver, address, ConnectionLimits.defaults());
    }

    /**
     * Starts a server without TLS. Messages are signed all the same; what they say can be read on the way.
     *
     * @throws IOException if the address cannot be bound
     */
    public static ReportServer start(FaultReportReceiver receiver, InetSocketAddress address, ConnectionLimits limits)
            throws IOException {
        return new ReportServer(receiver, address, limits, Transport::plain).started();
    }

    /**
     * Starts a server with TLS and with the default limits.
     *
     * @param context has the server's certificate and, for mutual TLS, the authorities that clients are trusted by
     * @param clientsNeedCertificate whether a client without a trusted certificate is refused, besides what its signature says
     * @throws IOException if the address cannot be bound
     */
    public static ReportServer startTls(
            FaultReportReceiver receiver, InetSocketAddress address, SSLContext context, boolean clientsNeedCertificate)
            throws IOException {
        return startTls(receiver, address, context, clientsNeedCertificate, ConnectionLimits.defaults());
    }

    /**
     * Starts a server with TLS.
     *
     * @param context has the server's certificate and, for mutual TLS, the authorities that clients are trusted by
     * @param clientsNeedCertificate whether a client without a trusted certificate is refused, besides what its signature says
     * @throws IOException if the address cannot be bound
     */
    public static ReportServer startTls(
            FaultReportReceiver receiver,
            InetSocketAddress address,
            SSLContext context,
            boolean clientsNeedCertificate,
            ConnectionLimits limits)
            throws IOException {
        ReportLoop.Transports transports = channel -> {
            SSLEngine engine = context.createSSLEngine();
            SSLParameters parameters = context.getDefaultSSLParameters();
            parameters.setNeedClientAuth(clientsNeedCertificate);
            engine.setSSLParameters(parameters);
            return new TlsTransport(channel, engine);
        };
        return new ReportServer(receiver, address, limits, transports).started();
    }

    private ReportServer started() {
        Thread thread = new Thread(loop, "report-server");
        thread.setDaemon(true);
        thread.start();
        return this;
    }

    /** The address that it listens at. */
    public InetSocketAddress address() {
        return loop.address();
    }

    /** How many connections were closed so far to make room for others. */
    public long droppedConnections() {
        return loop.dropped();
    }

    /** How often it began again with all connections closed, after something went wrong that was not of one connection. */
    public long restarts() {
        return loop.restarts();
    }

    private void take(String source, HttpRequestReader.Request request, ReportLoop.Answering answering) {
        try {
            if (!request.path().equals(PATH)) {
                answering.answer(refused(source, 404));
            } else if (!request.method().equals("POST")) {
                answering.answer(refused(source, 405));
            } else {
                receiver.receive(source, request.body()).whenComplete((answer, failed) -> {
                    // A receiver never answers exceptionally; only an Error does.
                    answering.answer(failed == null ? http(answer) : NOT_NOW);
                });
            }
        } catch (Throwable broken) {
            answering.answer(NOT_NOW);
            LOG.error("A message of {} could not be taken", source, broken);
        }
    }

    private HttpAnswer refused(String source, int status) {
        return new HttpAnswer(receiver.mayExplain(source) ? status : TOO_MANY, false, Map.of());
    }

    private static HttpAnswer http(ReceiverAnswer answer) {
        Map<String, String> headers = answer.signature()
                .map(value -> Map.of(ReceiverAnswer.HEADER, value))
                .orElse(Map.of());
        return new HttpAnswer(answer.status(), answer.isGenuine(), headers);
    }

    /** Stops the server; what is under way is not answered. */
    @Override
    public void close() {
        loop.close();
        messages.shutdownNow();
        handshakes.shutdownNow();
    }
}
