package io.vmha.monitor.report;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Bytes by TLS, as a server. Not thread-safe, but for the tasks: while one is worked out, nothing else may be called but
 * {@link #close}.
 *
 * <p>Its buffers grow with what comes, so that a handshake that is begun and left holds little.
 */
final class TlsTransport implements Transport {
    private static final int FIRST_BYTES = 2048;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    private final SSLEngine engine;
    /** What came and is not deciphered yet; being written to. */
    private ByteBuffer in = ByteBuffer.allocate(FIRST_BYTES);
    /** What is deciphered and not taken yet; being read from. */
    private ByteBuffer clear = NOTHING;
    /** What is enciphered and not sent yet; being read from. */
    private ByteBuffer out = NOTHING;

    private @Nullable Runnable task;

    TlsTransport(SocketChannel channel, SSLEngine engine) throws SSLException {
        this.channel = channel;
        this.engine = engine;
        engine.setUseClientMode(false);
        engine.beginHandshake();
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        while (!clear.hasRemaining()) {
            HandshakeStatus status = engine.getHandshakeStatus();
            if (status == HandshakeStatus.NEED_TASK) {
                task = engine.getDelegatedTask();
                if (task != null) {
                    return 0;
                }
            } else if (status == HandshakeStatus.NEED_WRAP) {
                encipher(NOTHING);
                if (!flush()) {
                    return 0;
                }
            } else {
                int progress = decipher();
                if (progress <= 0) {
                    return progress;
                }
            }
        }
        int taken = Math.min(clear.remaining(), into.remaining());
        into.put(clear.slice(clear.position(), taken));
        clear.position(clear.position() + taken);
        return taken;
    }

    /** Returns 1 if it is worth while to go on, 0 if more has to come first, -1 if no more will. */
    private int decipher() throws IOException {
        if (in.position() == 0) {
            int read = channel.read(in);
            if (read <= 0) {
                return read;
            }
        }
        ByteBuffer deciphered = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
        in.flip();
        SSLEngineResult result = engine.unwrap(in, deciphered);
        in.compact();
        clear = deciphered.position() == 0 ? NOTHING : deciphered.flip();
        return switch (result.getStatus()) {
            case OK -> 1;
            case CLOSED -> -1;
            case BUFFER_OVERFLOW -> throw new SSLException("a record is longer than TLS allows");
            case BUFFER_UNDERFLOW -> readMore();
        };
    }

    private int readMore() throws IOException {
        if (!in.hasRemaining()) {
            int most = engine.getSession().getPacketBufferSize();
            if (in.capacity() >= most) {
                throw new SSLException("a record is longer than TLS allows");
            }
            in = ByteBuffer.allocate(Math.min(most, in.capacity() * 2)).put(in.flip());
        }
        return channel.read(in);
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        do {
            encipher(bytes);
        } while (bytes.hasRemaining());
        flush();
    }

    private void encipher(ByteBuffer bytes) throws IOException {
        ByteBuffer enciphered = ByteBuffer.allocate(
                        out.remaining() + engine.getSession().getPacketBufferSize())
                .put(out);
        SSLEngineResult result = engine.wrap(bytes, enciphered);
        out = enciphered.flip();
        if (result.getStatus() == SSLEngineResult.Status.CLOSED && bytes.hasRemaining()) {
            throw new SSLException("closed by the client");
        }
    }

    @Override
    public boolean flush() throws IOException {
        channel.write(out);
        if (out.hasRemaining()) {
            return false;
        }
        out = NOTHING;
        return true;
    }

    @Override
    public Optional<Runnable> task() {
        Runnable toDo = task;
        task = null;
        return Optional.ofNullable(toDo);
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            if (engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING) {
                engine.closeOutbound();
                encipher(NOTHING);
                flush();
            }
        }
    }
}
