import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.est.ESTAuth;
import org.bouncycastle.est.ESTException;
import org.bouncycastle.est.ESTService;
import org.bouncycastle.est.jcajce.JcaJceUtils;
import org.bouncycastle.est.jcajce.JsseESTServiceBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.bouncycastle.util.Store;

/**
 * Bouncy Castle's EST client: fetches the CA and what a request may contain, enrols by a token and
 * renews with another key by the certificate that it got. It leaves ca.pem, first.pem, second.pem and
 * their keys in the folder where it runs.
 *
 * <p>Arguments: host and port, the CA of the server's own certificate (PEM), common name. The token
 * is read from the environment, TOKEN.
 */
class BouncyCastle {
  private final String server;
  private final X509TrustManager[] trust;
  private final String name;

  private BouncyCastle(String server, Path tlsCa, String name) throws Exception {
    this.server = server;
    this.name = name;
    try (InputStream in = Files.newInputStream(tlsCa)) {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      X509Certificate ca = (X509Certificate) factory.generateCertificate(in);
      trust = JcaJceUtils.getCertPathTrustManager(Set.of(new TrustAnchor(ca, null)), null);
    }
  }

  public static void main(String[] args) throws Exception {
    Security.addProvider(new BouncyCastleProvider());
    String token = System.getenv("TOKEN");
    try {
      new BouncyCastle(args[0], Path.of(args[1]), args[2]).run(token);
    } catch (ESTException refusal) {
      if (refusal.getStatusCode() >= 400) {
        System.err.println(new String(refusal.getBody().readAllBytes()));
      }
      throw refusal;
    }
  }

  private void run(String token) throws Exception {
    ESTService stranger = new JsseESTServiceBuilder(server, trust).build();
    write("ca.pem", "CERTIFICATE", only(stranger.getCACerts().getCertificateStore()).getEncoded());
    if (stranger.getCSRAttributes().getAttributesResponse().getRequirements().isEmpty()) {
      throw new IllegalStateException("csrattrs is empty");
    }

    KeyPair firstKey = newKey("first.key");
    ESTAuth byToken = request -> request.setHeader("Authorization", "Bearer " + token);
    X509CertificateHolder first = enroll(stranger, false, firstKey, byToken);
    write("first.pem", "CERTIFICATE", first.getEncoded());

    ESTService holder =
        new JsseESTServiceBuilder(server, trust).withKeyManagers(keyManagers(firstKey, first)).build();
    X509CertificateHolder second = enroll(holder, true, newKey("second.key"), null);
    write("second.pem", "CERTIFICATE", second.getEncoded());
  }

  private X509CertificateHolder enroll(ESTService est, boolean again, KeyPair key, ESTAuth auth)
      throws Exception {
    PKCS10CertificationRequest csr =
        new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=" + name), key.getPublic())
            .build(new JcaContentSignerBuilder("SHA384withECDSA").build(key.getPrivate()));
    return only(est.simpleEnroll(again, csr, auth).getStore());
  }

  private static KeyPair newKey(String file) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp384r1"));
    KeyPair key = generator.generateKeyPair();
    write(file, "PRIVATE KEY", key.getPrivate().getEncoded());
    return key;
  }

  private static KeyManager[] keyManagers(KeyPair key, X509CertificateHolder certificate)
      throws Exception {
    X509Certificate[] chain = {new JcaX509CertificateConverter().getCertificate(certificate)};
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null);
    store.setKeyEntry("mine", key.getPrivate(), new char[0], chain);
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(store, new char[0]);
    return factory.getKeyManagers();
  }

  private static X509CertificateHolder only(Store<X509CertificateHolder> store) {
    X509CertificateHolder[] found = ESTService.storeToArray(store);
    if (found.length != 1) throw new IllegalStateException(found.length + " certificates");
    return found[0];
  }

  private static void write(String file, String label, byte[] der) throws Exception {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    String pem = "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    Files.writeString(Path.of(file), pem);
  }
}
