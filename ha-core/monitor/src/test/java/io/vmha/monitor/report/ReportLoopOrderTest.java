package io.vmha.monitor.report;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is served first where much has come while the loop was held up, with real sockets. */
class ReportLoopOrderTest {
    private static final int STRANGERS = 100;
    private static final int A_FEW = 32;
    private static final String GENUINE = "/genuine";
    private static final String STRANGE = "/strange";

    /** In the order in which they were taken. */
    private final List<String> taken = new CopyOnWriteArrayList<>();

    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger acceptedBefore = new AtomicInteger();
    private final List<Socket> sockets = new ArrayList<>();
    /** The loop waits for the test at the next connection once this is so. */
    private volatile boolean holdsAtNext;

    private volatile Runnable atNextStranger = () -> {};
    private final Phaser held = new Phaser(2);
    private ReportLoop loop;
    private Thread thread;
    private Socket monitor;

    @BeforeEach
    void start() throws IOException {
        loop = new ReportLoop(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new ConnectionLimits(2 * STRANGERS, 2 * STRANGERS, Duration.ofMinutes(5), Duration.ofMinutes(5)),
                this::transport,
                this::take,
                // On the loop's own thread, so that the order in which they are taken is the order in which they are
                // read.
                Runnable::run,
                Runnable::run);
        thread = new Thread(loop);
        thread.setDaemon(true);
        thread.start();
        monitor = connect();
        send(monitor, GENUINE);
        await().atMost(Duration.ofMinutes(1)).until(() -> taken.contains(GENUINE));
        assertThat(monitor.getInputStream().read()).isEqualTo('H');
        taken.clear();
    }

    @AfterEach
    void stop() throws Exception {
        held.forceTermination();
        loop.close();
        thread.join();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private Transport transport(SocketChannel channel) {
        accepted.incrementAndGet();
        if (holdsAtNext) {
            holdsAtNext = false;
            held.arriveAndAwaitAdvance();
            held.arriveAndAwaitAdvance();
        }
        return Transport.plain(channel);
    }

    private void take(String source, HttpRequestReader.Request request, ReportLoop.Answering answering) {
        boolean isGenuine = request.path().equals(GENUINE);
        taken.add(request.path());
        if (isGenuine) {
            acceptedBefore.set(accepted.get());
        } else {
            Runnable once = atNextStranger;
            atNextStranger = () -> {};
            once.run();
        }
        answering.answer(new ReportLoop.HttpAnswer(200, isGenuine, Map.of()));
    }

    private Socket connect() {
        try {
            Socket socket = new Socket();
            sockets.add(socket);
            socket.connect(loop.address());
            return socket;
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    private static void send(Socket socket, String path) {
        try {
            socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\n\r\n").getBytes(US_ASCII));
        } catch (IOException closed) {
            throw new UncheckedIOException(closed);
        }
    }

    /** Has each of them send that, and waits until it lies ready for the loop. */
    private void deliver(List<Socket> senders, String path) {
        senders.forEach(sender -> send(sender, path));
        Set<Integer> ports = senders.stream().map(Socket::getLocalPort).collect(Collectors.toSet());
        await().pollDelay(Duration.ZERO).atMost(Duration.ofMinutes(1)).until(() -> unread().containsAll(ports));
    }

    /** The ports of those of whom the kernel holds bytes that the loop has not read. */
    private Set<Integer> unread() throws IOException {
        String here = String.format(Locale.ROOT, ":%04X", loop.address().getPort());
        Set<Integer> ports = new HashSet<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            if (Files.exists(Path.of(table))) {
                for (String line : Files.readAllLines(Path.of(table), US_ASCII)) {
                    // Its number, its address, the peer's, its state, bytes unsent and unread.
                    String[] columns = line.strip().split("\\s+");
                    if (columns[1].endsWith(here) && !columns[4].endsWith(":00000000")) {
                        ports.add(Integer.parseInt(columns[2].substring(columns[2].indexOf(':') + 1), 16));
                    }
                }
            }
        }
        return ports;
    }

    private List<Socket> strangers() {
        int before = accepted.get();
        List<Socket> strangers = new ArrayList<>();
        for (int i = 0; i < STRANGERS; i++) {
            strangers.add(connect());
        }
        await().atMost(Duration.ofMinutes(1)).until(() -> accepted.get() == before + STRANGERS);
        return strangers;
    }

    /** Holds the loop up while that is done. */
    private void meanwhile(Runnable much) {
        holdsAtNext = true;
        connect();
        held.arriveAndAwaitAdvance();
        much.run();
        held.arriveAndAwaitAdvance();
    }

    private void awaitTaken(int requests) {
        await().atMost(Duration.ofMinutes(1)).until(() -> taken.size() == requests);
    }

    @Test
    void aConnectionThatCarriedAGenuineMessageIsServedBeforeAllOthersThatAreReady() {
        List<Socket> strangers = strangers();
        meanwhile(() -> {
            deliver(strangers, STRANGE);
            deliver(List.of(monitor), GENUINE);
        });

        awaitTaken(STRANGERS + 1);
        assertThat(taken).first().isEqualTo(GENUINE);
    }

    @Test
    void itWaitsForAFewOthersAloneThatAreServedAlready() {
        List<Socket> strangers = strangers();
        atNextStranger = () -> deliver(List.of(monitor), GENUINE);
        meanwhile(() -> deliver(strangers, STRANGE));

        awaitTaken(STRANGERS + 1);
        assertThat(taken.indexOf(GENUINE)).isBetween(1, A_FEW);
    }

    @Test
    void itWaitsForAFewNewConnectionsAloneHoweverManyPourIn() {
        int before = accepted.get();
        meanwhile(() -> {
            for (int i = 0; i < STRANGERS; i++) {
                connect();
            }
            deliver(List.of(monitor), GENUINE);
        });

        awaitTaken(1);
        assertThat(acceptedBefore.get() - before).isBetween(1, A_FEW);
        await().atMost(Duration.ofMinutes(1)).until(() -> accepted.get() == before + STRANGERS + 1);
    }

    @Test
    void whoeverIsNotProvenIsServedToo() {
        List<Socket> strangers = strangers();
        meanwhile(() -> deliver(strangers, STRANGE));

        awaitTaken(STRANGERS);
        assertThat(taken).containsOnly(STRANGE);
    }
}
