package io.vmha.vsphere.internal.vim;

import com.google.common.collect.Sets;
import io.vmha.vsphere.internal.vim.TransportException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** Posts a request and reads the answer, by a deadline. Thread-safe; the calls under way are in a concurrent set. */
final class SoapTransport {
    private static final String ACTION = "urn:vim25/6.5";
    private static final Duration LONGEST_CONNECT = Duration.ofSeconds(10);

    private final URI url;
    private final HttpClient http;
    private final Set<CompletableFuture<?>> underWay = Sets.newConcurrentHashSet();
    private final AtomicLong requests = new AtomicLong();
    private volatile boolean closed;

    SoapTransport(URI url, SSLContext tls) {
        this.url = url;
        this.http = HttpClient.newBuilder()
                .sslContext(tls)
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(LONGEST_CONNECT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /** An answer: the content of the SOAP body, and the cookie that came with it. */
    record Answer(XmlNode body, Optional<String> cookie) {}

    Answer post(byte[] envelope, Optional<String> cookie, AnswerLimits limits, Deadline deadline) {
        if (deadline.hasPassed()) {
            throw new TransportException(Kind.NO_TIME, "no time was left to ask " + url.getHost(), null);
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(url)
                .header("Content-Type", "text/xml; charset=utf-8")
                .header("SOAPAction", ACTION)
                .header("Accept-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(envelope));
        cookie.ifPresent(value -> request.header("Cookie", value));
        requests.incrementAndGet();
        HttpResponse<InputStream> response =
                await(http.sendAsync(request.build(), info -> new BoundedBody(limits.bytes())), deadline);
        boolean zipped = response.headers()
                .firstValue("Content-Encoding")
                .filter("gzip"::equalsIgnoreCase)
                .isPresent();
        try {
            return new Answer(
                    SoapAnswer.read(response.body(), zipped, limits), SessionCookie.among(response.headers()));
        } catch (SoapAnswer.MalformedException e) {
            throw new TransportException(
                    Kind.LOST,
                    url.getHost() + " answered HTTP " + response.statusCode() + " without a SOAP envelope: "
                            + e.getMessage(),
                    null);
        }
    }

    // A future equals itself alone, which is what is wanted here.
    @SuppressWarnings("CollectionUndefinedEquality")
    private <T> T await(CompletableFuture<T> future, Deadline deadline) {
        underWay.add(future);
        try {
            if (closed) {
                future.cancel(true);
            }
            return future.get(Math.max(1, deadline.remaining().toMillis()), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            future.cancel(true);
            throw new TransportException(Kind.TIMEOUT, url.getHost() + " did not answer in time", e);
        } catch (InterruptedException e) {
            future.cancel(true);
            Thread.currentThread().interrupt();
            throw new TransportException(Kind.ABANDONED, "interrupted while " + url.getHost() + " was asked", e);
        } catch (CancellationException e) {
            throw new TransportException(Kind.ABANDONED, "closed while " + url.getHost() + " was asked", e);
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        } finally {
            underWay.remove(future);
        }
    }

    private TransportException failure(@Nullable Throwable cause) {
        String host = url.getHost();
        for (@Nullable Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof BoundedBody.TooLongException) {
                return new TransportException(Kind.LOST, host + " sent " + t.getMessage(), null);
            }
            if (t instanceof CertificateException) {
                return new TransportException(
                        Kind.UNTRUSTED,
                        "TLS with " + host + " failed: " + Words.of(String.valueOf(t.getMessage())),
                        null);
            }
        }
        if (cause instanceof ConnectException
                || cause instanceof SSLHandshakeException
                || cause instanceof java.net.http.HttpConnectTimeoutException) {
            return new TransportException(Kind.CONNECT, host + " cannot be connected to", cause);
        }
        if (cause instanceof IOException) {
            return new TransportException(Kind.LOST, "the connection to " + host + " was lost", cause);
        }
        return new TransportException(Kind.LOST, "asking " + host + " failed", cause);
    }

    /** How many requests were sent. */
    long requests() {
        return requests.get();
    }

    /** Ends the calls under way; those that come later may still be made, to log out. */
    void abandonCalls() {
        underWay.forEach(future -> future.cancel(true));
    }

    /** Ends all calls, and those to come. */
    void close() {
        closed = true;
        abandonCalls();
    }
}
