package io.vmha.vsphere;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.io.BaseEncoding;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Says which server certificates are trusted: those of a certificate authority, with the host name checked, or exactly one
 * by its fingerprint. There is no way to trust any. Immutable.
 */
public final class VsphereTrust {
    private final SSLContext context;

    private VsphereTrust(TrustManager... managers) {
        try {
            context = SSLContext.getInstance("TLS");
            context.init(null, managers.length == 0 ? null : managers, null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    /** Trusts the certificate authorities that Java trusts. */
    public static VsphereTrust system() {
        return new VsphereTrust();
    }

    /**
     * Trusts the certificates in a PEM file, and those that they signed, and no other.
     *
     * @throws IllegalArgumentException if the file cannot be read, holds no certificate, or one that is not valid now: Java would
     *     trust an expired one that it was told to trust
     */
    public static VsphereTrust certificates(Path pem) {
        try (InputStream in = Files.newInputStream(pem)) {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            checkArgument(!found.isEmpty(), "no certificate in %s", pem);
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate certificate : found) {
                checkValid(pem, certificate);
                store.setCertificateEntry("ca" + number++, certificate);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return new VsphereTrust(factory.getTrustManagers());
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("cannot read certificates from " + pem + ": " + e.getMessage(), e);
        }
    }

    private static void checkValid(Path pem, Certificate certificate) {
        if (certificate instanceof X509Certificate named) {
            try {
                named.checkValidity();
            } catch (CertificateException notNow) {
                throw new IllegalArgumentException(
                        "a certificate in " + pem + " is valid from "
                                + named.getNotBefore().toInstant() + " to "
                                + named.getNotAfter().toInstant() + " and not now: " + named.getSubjectX500Principal(),
                        notNow);
            }
        }
    }

    /**
     * Trusts the one certificate with that SHA-256 fingerprint, while it is valid, whatever name it has and whoever signed it.
     *
     * @param sha256 64 hexadecimal digits, with or without colons between the bytes
     * @throws IllegalArgumentException if it is anything else
     */
    public static VsphereTrust pinned(String sha256) {
        String digits = sha256.replace(":", "").toUpperCase(Locale.ROOT);
        checkArgument(digits.matches("[0-9A-F]{64}"), "a SHA-256 fingerprint has 64 hexadecimal digits: %s", sha256);
        return new VsphereTrust(new Pin(BaseEncoding.base16().decode(digits)));
    }

    SSLContext context() {
        return context;
    }

    private static final class Pin extends X509ExtendedTrustManager {
        private final byte[] fingerprint;

        Pin(byte[] fingerprint) {
            this.fingerprint = fingerprint;
        }

        private void check(X509Certificate[] chain) throws CertificateException {
            try {
                byte[] actual = MessageDigest.getInstance("SHA-256").digest(chain[0].getEncoded());
                if (!MessageDigest.isEqual(fingerprint, actual)) {
                    throw new CertificateException("the server's certificate is not the pinned one, its fingerprint is "
                            + BaseEncoding.base16().withSeparator(":", 2).encode(actual));
                }
            } catch (GeneralSecurityException e) {
                throw e instanceof CertificateException c ? c : new CertificateException(e);
            }
            chain[0].checkValidity();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("a client");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            throw new CertificateException("a client");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("a client");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
