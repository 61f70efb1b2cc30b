package io.vmha.vsphere;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** An HTTPS server that answers each method with the XML that it was given, in order; the last one again and again. */
final class CannedVcenter implements AutoCloseable {
    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final String CONTENT = "<returnval><rootFolder type=\"Folder\">group-d1</rootFolder>"
            + "<propertyCollector type=\"PropertyCollector\">pc</propertyCollector>"
            + "<viewManager type=\"ViewManager\">vm</viewManager><about><fullName>canned</fullName>"
            + "<apiType>VirtualCenter</apiType><novelty><x>1</x></novelty></about>"
            + "<sessionManager type=\"SessionManager\">sm</sessionManager></returnval>";

    private final HttpsServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Queue<String>> answers = new ConcurrentHashMap<>();
    private final Queue<String> requests = new ConcurrentLinkedQueue<>();
    private final Map<String, Raw> raws = new ConcurrentHashMap<>();
    private final List<Header> headers = new CopyOnWriteArrayList<>();
    private final Queue<String> cookies = new ConcurrentLinkedQueue<>();
    private final String thumbprint;
    private final SSLContext tls;
    private volatile boolean zipped;

    CannedVcenter(Path folder) throws IOException, GeneralSecurityException, InterruptedException {
        Path store = folder.resolve("canned.p12");
        List<String> keytool = List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "canned",
                "-keyalg",
                "EC",
                "-dname",
                "CN=canned",
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                store.toString());
        if (!Files.exists(store)
                && new ProcessBuilder(keytool).inheritIO().start().waitFor() != 0) {
            throw new IllegalStateException("keytool failed");
        }
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        thumbprint = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(keys.getCertificate("canned").getEncoded()));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, PASSWORD);
        tls = SSLContext.getInstance("TLS");
        tls.init(factory.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.setExecutor(threads);
        server.createContext("/sdk", exchange -> {
            String request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            requests.add(request);
            cookies.add(String.valueOf(exchange.getRequestHeaders().getFirst("Cookie")));
            String method = request.replaceFirst("(?s).*<soapenv:Body><(\\w+).*", "$1");
            Raw raw = raws.get(method);
            if (raw != null) {
                raw.answer(exchange);
                return;
            }
            String answer = answer(method);
            byte[] body = ("<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\""
                            + " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body>" + answer
                            + "</soapenv:Body></soapenv:Envelope>")
                    .getBytes(StandardCharsets.UTF_8);
            headers.forEach(header -> exchange.getResponseHeaders().add(header.name(), header.value()));
            byte[] sent = zipped ? zip(body) : body;
            if (zipped) {
                exchange.getResponseHeaders().add("Content-Encoding", "gzip");
            }
            exchange.sendResponseHeaders(answer.startsWith("<soapenv:Fault") ? 500 : 200, sent.length);
            exchange.getResponseBody().write(sent);
            exchange.close();
        });
        server.start();
        answer("RetrieveServiceContent", CONTENT);
        answer("Login", "<returnval><key>k</key></returnval>");
        answer("CreateContainerView", "<returnval type=\"ContainerView\">v</returnval>");
        answer("CreatePropertyCollector", "<returnval type=\"PropertyCollector\">pc2</returnval>");
        answer("CreateFilter", "<returnval type=\"PropertyFilter\">f</returnval>");
    }

    /** Answers a request in its own way. */
    interface Raw {
        void answer(HttpExchange exchange) throws IOException;
    }

    private record Header(String name, String value) {}

    static byte[] zip(byte[] body) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(body);
        }
        return out.toByteArray();
    }

    /** Sets what answers a method, byte by byte. */
    void raw(String method, Raw raw) {
        raws.put(method, raw);
    }

    /** Adds a header to every answer. */
    void header(String name, String value) {
        headers.add(new Header(name, value));
    }

    /** Packs every answer from now on. */
    void zipped() {
        zipped = true;
    }

    private String answer(String method) {
        Queue<String> queue = answers.get(method);
        if (queue == null) {
            return "<" + method + "Response xmlns=\"urn:vim25\"/>";
        }
        String next = queue.size() > 1 ? queue.remove() : queue.element();
        return next.startsWith("<soapenv:Fault")
                ? next
                : "<" + method + "Response xmlns=\"urn:vim25\">" + next + "</" + method + "Response>";
    }

    /** Sets what a method answers, in order. */
    void answer(String method, String... bodies) {
        answers.put(method, new ConcurrentLinkedQueue<>(List.of(bodies)));
    }

    /** What a method answers that is refused. */
    static String fault(String type) {
        return "<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>no</faultstring><detail><" + type
                + "Fault xmlns=\"urn:vim25\" xsi:type=\"" + type + "\"/></detail></soapenv:Fault>";
    }

    /** What a method answers that is refused, with words of the server's own. */
    static String fault(String type, String words) {
        return fault(type).replace("<faultstring>no<", "<faultstring>" + words + "<");
    }

    /** The cookies that came with the requests. */
    List<String> cookies() {
        return List.copyOf(cookies);
    }

    /** The requests of a method. */
    List<String> requests(String method) {
        return requests.stream()
                .filter(request -> request.contains("<" + method + " "))
                .toList();
    }

    String url() {
        return "https://127.0.0.1:" + server.getAddress().getPort() + "/sdk";
    }

    /** What its certificate is served with. */
    SSLContext tls() {
        return tls;
    }

    String thumbprint() {
        return thumbprint;
    }

    long count(String method) {
        return requests.stream()
                .filter(request -> request.contains("<" + method + " "))
                .count();
    }

    VsphereAdapter.Builder adapter() {
        return VsphereAdapter.builder()
                .url(URI.create(url()))
                .credentials(() -> new VsphereCredentials("user", "pass".toCharArray()))
                .trust(VsphereTrust.pinned(thumbprint));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
