package io.vmha.monitor.report;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that accepts connections, reads and writes, and never waits for any of them. All state but the queue of
 * tasks is confined to it.
 *
 * <p>Whatever goes wrong with one connection ends that connection. Whatever else goes wrong, be it an {@link Error}, ends all of
 * them and begins again with a new selector and, if need be, a new listening socket: the loop ends when it is closed, and
 * not before. Where the process has no file left, it closes a connection, and accepts no more for a moment.
 *
 * <p>In each turn the connections go on first that carried a genuine message, all of them. Then some of the others do, in the
 * order in which they became ready, and at last some new ones are accepted: of these there may be as many as somebody without a
 * key likes, and a monitor waits for a few of them, however many there are.
 */
final class ReportLoop implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(ReportLoop.class);
    /** In a longer queue genuine connections wait for longer behind those of an attack: up to 5 s where it held 4,096. */
    private static final int BACKLOG = 1024;
    /** How many connections are accepted in one turn of the loop. */
    private static final int ACCEPTED_AT_ONCE = 32;
    /** How many connections that carried nothing genuine yet go on in one turn of the loop. */
    private static final int SERVED_AT_ONCE = 32;

    private static final long SWEEP_MILLIS = 250;
    private static final long PAUSE_NANOS = 50_000_000;

    /** Makes the transport of a new connection. */
    interface Transports {
        Transport of(SocketChannel channel) throws IOException;
    }

    /** Answers a request: ends within a bounded time, and never exceptionally. May be slow. */
    interface Requests {
        void take(String source, HttpRequestReader.Request request, Answering answering);
    }

    /** Takes an answer, from any thread. */
    interface Answering {
        void answer(HttpAnswer answer);
    }

    /**
     * An answer.
     *
     * @param status the HTTP status
     * @param isGenuine whether the request was a genuine message
     * @param headers its headers
     */
    record HttpAnswer(int status, boolean isGenuine, Map<String, String> headers) {}

    private final ConnectionLimits limits;
    private final Transports transports;
    private final Requests requests;
    private final Executor messages;
    private final Executor handshakes;
    private final InetSocketAddress address;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    /** Those that can go on and carried nothing genuine yet, in the order in which that was seen. */
    private final Set<ReportConnection> others = new LinkedHashSet<>();

    private final LongAdder dropped = new LongAdder();
    private final LongAdder restarts = new LongAdder();
    private ServerSocketChannel listener;
    private ConnectionTable<ReportConnection> table;
    private long acceptsFrom = System.nanoTime();
    private volatile Selector selector;
    private volatile boolean closed;

    ReportLoop(
            InetSocketAddress address,
            ConnectionLimits limits,
            Transports transports,
            Requests requests,
            Executor messages,
            Executor handshakes)
            throws IOException {
        this.limits = limits;
        this.transports = transports;
        this.requests = requests;
        this.messages = messages;
        this.handshakes = handshakes;
        this.table = new ConnectionTable<>(limits);
        this.selector = Selector.open();
        this.listener = listen(address);
        this.address = (InetSocketAddress) listener.getLocalAddress();
        listener.register(selector, SelectionKey.OP_ACCEPT);
    }

    private static ServerSocketChannel listen(InetSocketAddress address) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.bind(address, BACKLOG);
            channel.configureBlocking(false);
            return channel;
        } catch (IOException | RuntimeException refused) {
            channel.close();
            throw refused;
        }
    }

    InetSocketAddress address() {
        return address;
    }

    /** How many connections were closed so far to make room for others. */
    long dropped() {
        return dropped.sum();
    }

    /** How often all was begun again. */
    long restarts() {
        return restarts.sum();
    }

    void close() {
        closed = true;
        selector.wakeup();
    }

    @Override
    public void run() {
        while (!closed) {
            try {
                serve();
            } catch (Throwable broken) {
                beginAgain(broken);
            }
        }
        closeAll();
    }

    /** Not even want of memory may end it: each step is tried on its own, and all of it again where it fails. */
    private void beginAgain(Throwable broken) {
        try {
            restarts.increment();
            LOG.error("The report server begins again", broken);
        } catch (Throwable unheard) {
            // To go on counts for more than to say so.
        }
        try {
            closeAll();
            table = new ConnectionTable<>(limits);
            tasks.clear();
            others.clear();
            Thread.sleep(PAUSE_NANOS / 1_000_000);
            if (!closed) {
                selector = Selector.open();
                listener = listen(address);
                listener.register(selector, SelectionKey.OP_ACCEPT);
            }
        } catch (Throwable again) {
            // The selector is closed, so that this is tried again at once.
            closeQuietly(selector);
        }
    }

    private void closeAll() {
        table.all().forEach(ReportConnection::close);
        closeQuietly(listener);
        closeQuietly(selector);
    }

    private static void closeQuietly(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception gone) {
            LOG.debug("could not be closed", gone);
        }
    }

    private void serve() throws IOException {
        while (!closed) {
            // An interrupted thread would close whatever channel it touches.
            if (Thread.interrupted()) {
                LOG.debug("interrupted");
            }
            select();
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
            serveProven();
            serveOthers();
            accept();
            dropExpired();
            acceptAgain();
        }
    }

    private void select() throws IOException {
        selector.selectedKeys().clear();
        if (others.isEmpty()) {
            selector.select(SWEEP_MILLIS);
        } else {
            selector.selectNow();
        }
    }

    private void serveProven() {
        for (SelectionKey key : selector.selectedKeys()) {
            // What was done since the selection may have ended a connection, or left it nothing to wait for.
            if (isReady(key) && key.attachment() instanceof ReportConnection connection) {
                if (table.isProven(connection)) {
                    advance(connection);
                } else {
                    others.add(connection);
                }
            }
        }
    }

    private void serveOthers() {
        Iterator<ReportConnection> next = others.iterator();
        for (int i = 0; i < SERVED_AT_ONCE && next.hasNext(); i++) {
            ReportConnection connection = next.next();
            next.remove();
            if (isReady(connection.key())) {
                advance(connection);
            }
        }
    }

    private static boolean isReady(SelectionKey key) {
        return key.isValid() && (key.interestOps() & key.readyOps()) != 0;
    }

    private void accept() throws IOException {
        SelectionKey key = listener.keyFor(selector);
        if (selector.selectedKeys().contains(key) && isReady(key)) {
            accept(key);
        }
    }

    private void accept(SelectionKey key) throws IOException {
        for (int i = 0; i < ACCEPTED_AT_ONCE; i++) {
            SocketChannel channel;
            try {
                channel = listener.accept();
            } catch (ClosedChannelException gone) {
                throw gone;
            } catch (IOException noFiles) {
                LOG.warn("No connection can be accepted with {} open", table.size(), noFiles);
                table.victim().ifPresent(this::drop);
                acceptsFrom = System.nanoTime() + PAUSE_NANOS;
                key.interestOps(0);
                return;
            }
            if (channel == null) {
                return;
            }
            open(channel);
        }
    }

    private void acceptAgain() {
        SelectionKey key = listener.keyFor(selector);
        if (key != null && key.isValid() && key.interestOps() == 0 && System.nanoTime() - acceptsFrom >= 0) {
            key.interestOps(SelectionKey.OP_ACCEPT);
        }
    }

    private void open(SocketChannel channel) throws IOException {
        try {
            InetSocketAddress from = (InetSocketAddress) channel.getRemoteAddress();
            String source = ReportConnection.source(from.getAddress());
            if (!table.hasRoom(source)) {
                table.victim(source).ifPresent(this::drop);
            }
            if (!table.hasRoom(source)) {
                dropped.increment();
                channel.close();
                return;
            }
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            SelectionKey key = channel.register(selector, 0);
            ReportConnection connection = new ReportConnection(source, key, transports.of(channel));
            key.attach(connection);
            table.add(connection, source, System.nanoTime());
            advance(connection);
        } catch (IOException | RuntimeException gone) {
            channel.close();
        } catch (Error broken) {
            // Nobody else knows of it yet, so that nobody else would close it.
            channel.close();
            throw broken;
        }
    }

    private void advance(ReportConnection connection) {
        try {
            boolean hadBegun = connection.hasBegun();
            ReportConnection.Step step = connection.advance();
            if (!hadBegun && connection.hasBegun()) {
                table.unfinished(connection, System.nanoTime());
            }
            follow(connection, step);
        } catch (IOException | RuntimeException gone) {
            LOG.debug("A connection of {} ends", connection.source(), gone);
            end(connection);
        }
    }

    private void follow(ReportConnection connection, ReportConnection.Step step) {
        switch (step) {
            case READ -> connection.key().interestOps(SelectionKey.OP_READ);
            case WRITE -> connection.key().interestOps(SelectionKey.OP_WRITE);
            case TASK -> {
                connection.key().interestOps(0);
                Runnable task = connection.task();
                handshakes.execute(() -> {
                    if (connection.key().isValid()) {
                        task.run();
                        execute(() -> ifOpen(connection, this::advance));
                    }
                });
            }
            case ANSWER -> {
                connection.key().interestOps(0);
                table.answering(connection);
                HttpRequestReader.Request request = connection.request();
                Answering answering = answer -> execute(() -> ifOpen(connection, one -> answer(one, request, answer)));
                messages.execute(() -> requests.take(connection.source(), request, answering));
            }
            case END -> end(connection);
        }
    }

    private void answer(ReportConnection connection, HttpRequestReader.Request request, HttpAnswer answer) {
        try {
            boolean keepsAlive = answer.isGenuine() && request.keepsAlive();
            ReportConnection.Step step = connection.answer(answer.status(), keepsAlive, answer.headers());
            if (answer.isGenuine()) {
                table.prove(connection);
            }
            if (step == ReportConnection.Step.READ && !connection.hasBegun()) {
                table.idle(connection, System.nanoTime());
            } else {
                table.unfinished(connection, System.nanoTime());
            }
            follow(connection, step);
            if (step == ReportConnection.Step.READ) {
                // Bytes of the next request may be here already, which no selector tells of.
                advance(connection);
            }
        } catch (IOException | RuntimeException gone) {
            end(connection);
        }
    }

    private static void ifOpen(ReportConnection connection, Consumer<ReportConnection> then) {
        if (connection.key().isValid()) {
            then.accept(connection);
        }
    }

    private void execute(Runnable task) {
        tasks.add(task);
        selector.wakeup();
    }

    private void dropExpired() {
        long now = System.nanoTime();
        for (Optional<ReportConnection> late = table.expired(now); late.isPresent(); late = table.expired(now)) {
            end(late.get());
        }
    }

    private void drop(ReportConnection connection) {
        dropped.increment();
        end(connection);
    }

    private void end(ReportConnection connection) {
        table.remove(connection);
        connection.close();
    }
}
