package io.vmha.monitor.report;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/** Carries the bytes of one connection, in the clear or by TLS, without ever waiting. Not thread-safe. */
interface Transport {

    /** Returns how many bytes were put into the buffer: 0 if none are there yet, -1 if no more will come. */
    int read(ByteBuffer into) throws IOException;

    /** Takes bytes to be sent, all of them; {@link #flush} sends what could not be sent at once. */
    void write(ByteBuffer bytes) throws IOException;

    /** Sends what waits to be sent; returns whether all has gone. */
    boolean flush() throws IOException;

    /** What is to be worked out elsewhere, since it takes long, before there is more to read; taken once. */
    Optional<Runnable> task();

    /** Closes it, without waiting. */
    void close() throws IOException;

    /** Returns one that sends bytes as they are. */
    static Transport plain(SocketChannel channel) {
        return new Plain(channel);
    }

    /** Bytes as they are. Not thread-safe. */
    final class Plain implements Transport {
        private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

        private final SocketChannel channel;
        private ByteBuffer waiting = NOTHING;

        private Plain(SocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            return channel.read(into);
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            waiting = ByteBuffer.allocate(waiting.remaining() + bytes.remaining())
                    .put(waiting)
                    .put(bytes)
                    .flip();
            flush();
        }

        @Override
        public boolean flush() throws IOException {
            channel.write(waiting);
            if (waiting.hasRemaining()) {
                return false;
            }
            waiting = NOTHING;
            return true;
        }

        @Override
        public Optional<Runnable> task() {
            return Optional.empty();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
