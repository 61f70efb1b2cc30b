package io.vmha.vsphere;

import static io.vmha.vsphere.RecordedShapesTest.object;
import static io.vmha.vsphere.RecordedShapesTest.val;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpExchange;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.VmClassifier;
import io.vmha.model.Inventory;
import io.vmha.model.VmType;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server sends that is broken or means harm: its answer ends, and its words cannot hurt where they are read. */
class HostileServerTest {
    private static final String OPEN = "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\""
            + " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body>"
            + "<RetrievePropertiesExResponse xmlns=\"urn:vim25\"><returnval>";
    private static final String END = "</returnval></RetrievePropertiesExResponse></soapenv:Body></soapenv:Envelope>";
    private static final long FAR_TOO_MUCH = 4L << 30;

    @TempDir
    private static Path folder;

    private CannedVcenter vcenter;
    private VsphereAdapter adapter;

    @BeforeEach
    void begin() throws Exception {
        vcenter = new CannedVcenter(folder);
        adapter = vcenter.adapter()
                .classifyBy(VmClassifier.everyVmIs(VmType.DATABASE))
                .build();
        vcenter.answer("RetrievePropertiesEx", "<returnval/>");
    }

    @AfterEach
    void end() {
        adapter.close();
        vcenter.close();
    }

    /** Answers that would not end. */
    enum Endless {
        TEXT {
            @Override
            void send(HttpExchange exchange) throws IOException {
                repeat(exchange, OPEN + "<x>", "0123456789abcdef".repeat(512));
            }
        },
        ELEMENTS {
            @Override
            void send(HttpExchange exchange) throws IOException {
                repeat(exchange, OPEN, "<a/>".repeat(2_048));
            }
        },
        DEPTH {
            @Override
            void send(HttpExchange exchange) throws IOException {
                repeat(exchange, OPEN, "<a>".repeat(2_048));
            }
        },
        ATTRIBUTES {
            @Override
            void send(HttpExchange exchange) throws IOException {
                repeat(exchange, OPEN + "<a", " b=\"c\"".repeat(1_024));
            }
        },
        PAGES {
            @Override
            void send(HttpExchange exchange) throws IOException {
                whole(
                        exchange,
                        OPEN + "<token>more</token>" + "<objects><obj type=\"X\">1</obj></objects>".repeat(20_000)
                                + END);
            }
        },
        UNPACKED {
            @Override
            void send(HttpExchange exchange) throws IOException {
                byte[] packed = CannedVcenter.zip((OPEN + " ".repeat(200 << 20) + END).getBytes(UTF_8));
                exchange.getResponseHeaders().add("Content-Encoding", "gzip");
                exchange.sendResponseHeaders(200, packed.length);
                exchange.getResponseBody().write(packed);
                exchange.close();
            }
        };

        abstract void send(HttpExchange exchange) throws IOException;

        private static void whole(HttpExchange exchange, String answer) throws IOException {
            byte[] body = answer.getBytes(UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        }

        private static void repeat(HttpExchange exchange, String start, String part) throws IOException {
            exchange.sendResponseHeaders(200, 0);
            try (exchange;
                    OutputStream out = exchange.getResponseBody()) {
                out.write(start.getBytes(UTF_8));
                byte[] again = part.getBytes(UTF_8);
                for (long sent = 0; sent < FAR_TOO_MUCH; sent += again.length) {
                    out.write(again);
                }
            }
        }
    }

    /** Asks a server in a process with a small heap; what it prints last is how that ended. */
    static final class Probe {
        private Probe() {}

        public static void main(String[] arguments) {
            try (VsphereAdapter adapter = VsphereAdapter.builder()
                    .url(URI.create(arguments[0]))
                    .trust(VsphereTrust.pinned(arguments[1]))
                    .credentials(() -> new VsphereCredentials("user", "pass".toCharArray()))
                    .build()) {
                Inventory inventory = adapter.discover(CallContext.within(Duration.ofMinutes(2)))
                        .toInventory();
                System.out.println("discovered " + inventory.vms().size());
            } catch (AdapterException e) {
                System.out.println(e.getClass().getSimpleName() + " " + e.getMessage());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerThatDoesNotEndEndsTheCallAndNotAHeapOf256MiB(Endless endless) throws Exception {
        vcenter.raw("RetrievePropertiesEx", endless::send);
        vcenter.raw("ContinueRetrievePropertiesEx", endless::send);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Probe.class.getName(),
                        vcenter.url(),
                        vcenter.thumbprint())
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();

        assertThat(printed).startsWith("Transient discovery: ").doesNotContain("OutOfMemory", "in time");
    }

    @Test
    void headersThatDoNotEndEndTheCall() throws Exception {
        AtomicLong sent = new AtomicLong();
        BlockingQueue<Socket> accepted = new LinkedBlockingQueue<>();
        try (ServerSocket server = vcenter.tls()
                        .getServerSocketFactory()
                        .createServerSocket(0, 10, InetAddress.getLoopbackAddress());
                VsphereAdapter other = vcenter.adapter()
                        .url(URI.create("https://127.0.0.1:" + server.getLocalPort() + "/sdk"))
                        .build()) {
            Thread sending = new Thread(() -> sendHeaders(server, accepted, sent));
            sending.setDaemon(true);
            sending.start();

            assertThat(catchThrowable(() -> other.discover(CallContext.within(Duration.ofMinutes(2)))))
                    .isInstanceOf(AdapterException.Transient.class)
                    .returns(AdapterException.Cause.UNREACHABLE, e -> ((AdapterException) e).reason());
            assertThat(sent).hasValueLessThan(64L << 20);
            accepted.take().close();
        }
    }

    /** Sends headers for as long as they can be sent, and counts their bytes. */
    private static void sendHeaders(ServerSocket server, BlockingQueue<Socket> accepted, AtomicLong sent) {
        byte[] header = ("X-More: " + "y".repeat(4_000) + "\r\n").getBytes(UTF_8);
        try (Socket socket = server.accept();
                OutputStream out = socket.getOutputStream()) {
            // Or its close would wait for the write that nobody reads.
            socket.setSoLinger(true, 0);
            accepted.add(socket);
            out.write("HTTP/1.1 200 OK\r\n".getBytes(UTF_8));
            while (sent.get() < FAR_TOO_MUCH) {
                out.write(header);
                sent.addAndGet(header.length);
            }
        } catch (IOException e) {
            // The client, or the test, closed it.
        }
    }

    @Test
    void anAnswerThatTellsOneThingMayNotBeLarge() {
        vcenter.answer("Login", "<returnval><key>" + "k".repeat(2 << 20) + "</key></returnval>");

        assertThat(failure()).isInstanceOf(AdapterException.Transient.class).hasMessageContaining("more than 1048576");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\nERROR forged line",
                "a\r\n\tforged",
                "\u202e\u2066hidden\u2069",
                "\u0085\u2028\u2029next line",
                "\u009b31mcolour",
                "\ue000\ufff9",
            })
    void aFaultsWordsAreCutAndCannotForgeALine(String words) {
        vcenter.answer("RetrievePropertiesEx", CannedVcenter.fault("NoPermission", words + "x".repeat(100_000)));

        assertHarmless(failure());
    }

    @Test
    void aTextOfManyMegabytesIsRefusedBeforeItIsPutTogether() {
        vcenter.answer("RetrievePropertiesEx", "<returnval><x>" + "x".repeat(20 << 20) + "</x></returnval>");

        assertThat(failure())
                .isInstanceOf(AdapterException.Transient.class)
                .hasMessageContaining("a text of more than 1048576 characters");
    }

    @Test
    void aFaultsTypeIsCutToo() {
        vcenter.answer(
                "RetrievePropertiesEx",
                "<soapenv:Fault><faultcode>" + "a&#10;b".repeat(50_000)
                        + "</faultcode><faultstring>no</faultstring></soapenv:Fault>");

        assertHarmless(failure());
    }

    @Test
    void aRefusedLoginIsToldByItsTypeAlone() {
        vcenter.answer("Login", CannedVcenter.fault("InvalidLogin", "the password pass of user is wrong"));

        Throwable failure = failure();
        assertThat(failure).isInstanceOf(AdapterException.Permanent.class).hasMessageContaining("InvalidLogin");
        for (Throwable t = failure; t != null; t = t.getCause()) {
            assertThat(t.getMessage()).doesNotContain("pass", "user");
        }
    }

    @Test
    void aNameCannotForgeALineOfARefusal() {
        String name = "c\nERROR forged\u202e" + "x".repeat(100_000);
        vcenter.answer(
                "RetrievePropertiesEx",
                "<returnval>"
                        + object(
                                "ClusterComputeResource",
                                "domain-1",
                                val("name", name)
                                        + val(
                                                "configurationEx",
                                                "<dasConfig><enabled>true</enabled></dasConfig><drsConfig/>"))
                        + "</returnval>");

        assertHarmless(failure());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no XML at all",
                "<a>",
                "<a\u0000b/>",
                "<?xml version=\"1.0\" encoding=\"wrong\"?><a/>",
                "<!DOCTYPE a [<!ENTITY b \"c\"><!ENTITY d \"&b;&b;\">]><a>&d;</a>",
                "<html><body>504 Gateway Time-out</body></html>",
                "<soapenv:Envelope xmlns:soapenv=\"x\"><soapenv:Body/></soapenv:Envelope>",
            })
    void whatIsNoAnswerIsTheNetworksFault(String body) {
        vcenter.raw("RetrievePropertiesEx", exchange -> Endless.whole(exchange, body));

        Throwable failure = failure();
        assertThat(failure).isInstanceOf(AdapterException.Transient.class);
        assertHarmless(failure);
    }

    @Test
    void bytesThatAreNotPackedAsTheySayAreTheNetworksFault() {
        vcenter.raw("RetrievePropertiesEx", exchange -> {
            exchange.getResponseHeaders().add("Content-Encoding", "gzip");
            Endless.whole(exchange, OPEN + END);
        });

        assertThat(failure()).isInstanceOf(AdapterException.Transient.class);
    }

    @Test
    void aCookieThatCannotBeSentBackIsNotTaken() {
        vcenter.header("Set-Cookie", "vmware_soap_session=a b,c; Path=/");

        assertThat(adapter.discover(CallContext.within(Duration.ofSeconds(10))).hosts())
                .isEmpty();
        assertThat(vcenter.cookies()).containsOnly("null");
    }

    private Throwable failure() {
        return catchThrowable(() -> adapter.discover(CallContext.within(Duration.ofSeconds(30))));
    }

    private static void assertHarmless(Throwable failure) {
        assertThat(failure).isInstanceOf(AdapterException.class);
        for (Throwable t = failure; t != null; t = t.getCause()) {
            assertThat(t.getMessage())
                    .hasSizeLessThan(1_000)
                    .doesNotContainPattern("[\\p{Cntrl}\\p{Cf}\\u0085\\u2028\\u2029\\ue000]");
        }
    }
}
