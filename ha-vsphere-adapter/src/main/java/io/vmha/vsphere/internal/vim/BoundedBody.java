package io.vmha.vsphere.internal.vim;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/** Collects a body up to a size; a longer one is cut off, its connection closed. Its calls come one after the other. */
final class BoundedBody implements BodySubscriber<InputStream> {
    private final long longest;
    private final Buffer bytes = new Buffer();
    private final CompletableFuture<InputStream> whole = new CompletableFuture<>();
    private @Nullable Subscription subscription;

    BoundedBody(long longest) {
        this.longest = longest;
    }

    /** A body was longer than is allowed. */
    static final class TooLongException extends IOException {
        private static final long serialVersionUID = 1L;

        TooLongException(long longest) {
            super("an answer of more than " + longest + " bytes");
        }
    }

    /** Hands its bytes out without another copy of them. */
    private static final class Buffer extends ByteArrayOutputStream {
        InputStream stream() {
            return new ByteArrayInputStream(buf, 0, count);
        }
    }

    @Override
    public CompletionStage<InputStream> getBody() {
        return whole;
    }

    @Override
    public void onSubscribe(Subscription given) {
        subscription = given;
        given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            if (whole.isDone()) {
                return;
            }
            if (bytes.size() + (long) buffer.remaining() > longest) {
                cutOff();
                return;
            }
            byte[] chunk = new byte[buffer.remaining()];
            buffer.get(chunk);
            bytes.writeBytes(chunk);
        }
    }

    private void cutOff() {
        Subscription known = subscription;
        if (known != null) {
            known.cancel();
        }
        whole.completeExceptionally(new TooLongException(longest));
    }

    @Override
    public void onError(Throwable thrown) {
        whole.completeExceptionally(thrown);
    }

    @Override
    public void onComplete() {
        whole.complete(bytes.stream());
    }
}
