// Puts the script tag that the setup asks for into the page, as a site's owner would write it.
(() => {
  const setup = new URLSearchParams(location.search);
  const face = setup.get('face') || 'script';
  const attributes = {
    src: { script: '/script.js', tracking: '/tracking.js', behaviour: '/js/userBehaviour.js' }[face] || '/script.js',
    'data-allow-localhost': '',
    'data-allow-automation': '',
    'data-debug': '',
  };
  if (setup.get('site')) attributes['data-website-id'] = setup.get('site');
  if (setup.get('consent')) attributes['data-consent'] = 'required';
  if (setup.get('cookieless')) attributes['data-cookieless'] = '';
  const escaped = value => value.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');
  document.write('<script defer ' + Object.entries(attributes).map(([name, value]) => `${name}="${escaped(value)}"`).join(' ') + '><\/script>');
  window.face = face;
})();
